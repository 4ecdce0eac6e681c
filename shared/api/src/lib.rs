//! The HTTP interface: reads requests into the domain's types with every fault at once, calls the pipeline, and writes
//! answers as the contract has them. Nothing here knows of AWS.

pub mod ports;
