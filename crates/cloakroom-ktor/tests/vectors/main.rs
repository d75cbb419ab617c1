//! What real Ktors 1.6.8, 2.3.13 and 3.5.2 produced is read and written identically; what they
//! refuse is refused.
//!
//! One module for each array of a recording. Each prints how many entries it compared, and fails
//! on an empty array that the recording should have.

mod recording;
