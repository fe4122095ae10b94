/* The C library of lp64, of which nothing is used: the C++ headers ask for this file. */
