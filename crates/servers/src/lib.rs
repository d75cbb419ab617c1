//! Real database servers for tests: started on loopback, on free ports, in temporary folders, and
//! stopped when they are dropped.
