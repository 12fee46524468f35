//! How long a processor has worked: unlike a clock, it does not run while the machine is busy with others.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// For how long a processor has worked on this thread.
pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
