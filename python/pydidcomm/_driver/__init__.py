"""Run operations of the core with the program's resolvers; private."""
