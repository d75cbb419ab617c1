//! Defects that session libraries have had, and troubles that their users report again and again,
//! each as a test that they are not ours.

mod ended;
mod kept;
mod served;
