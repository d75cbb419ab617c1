//! What the storage promises when servers die, connections break, slots move and calls are late;
//! and what its calls cost. With real servers, and a proxy of ours between.

mod redis;
