//! Queues of jobs, each with threads of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tokio::sync::oneshot;

use super::worker::{self, Mode, Task};
use super::{OpenError, Pool, QUEUE_TIMEOUT};
use crate::connection::AnyConnection;
use crate::error::StoreError;

/// Capacity of each queue, in jobs.
const QUEUE_CAPACITY: usize = 1024;

/// The sending end of a queue. Cheap to clone.
#[derive(Clone)]
pub(super) struct Lane {
    tasks: Sender<Task>,
    progress: Progress,
}

/// The time of the last progress of a lane: a thread took a task, or a task entered the empty queue.
#[derive(Clone)]
pub(super) struct Progress {
    started: Instant,
    /// Milliseconds from `started` to the last progress.
    last: Arc<AtomicU64>,
}

impl Progress {
    fn new() -> Self {
        Self { started: Instant::now(), last: Arc::default() }
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Records that the lane has made progress.
    pub(super) fn note(&self) {
        self.last.store(self.elapsed(), Ordering::Relaxed);
    }
}

impl Lane {
    /// Starts one thread for each connection that a pool may open.
    pub(super) fn open(name: &str, pool: &Pool, mode: Mode) -> Result<Self, OpenError> {
        let (lane, tasks) = Self::new();
        for number in 0..pool.max_size() {
            let (pool, tasks, progress) = (pool.clone(), tasks.clone(), lane.progress.clone());
            let serve = move || worker::serve(&pool, &tasks, &progress, mode);
            thread::Builder::new().name(format!("database-{name}-{number}")).spawn(serve)?;
        }
        Ok(lane)
    }

    /// Starts one thread that runs the queued jobs in batches.
    pub(super) fn open_in_batches(name: &str, pool: Pool) -> Result<Self, OpenError> {
        let (lane, tasks) = Self::new();
        let progress = lane.progress.clone();
        let serve = move || worker::serve_in_batches(&pool, &tasks, &progress);
        thread::Builder::new().name(format!("database-{name}")).spawn(serve)?;
        Ok(lane)
    }

    fn new() -> (Self, Receiver<Task>) {
        let (sender, receiver) = bounded(QUEUE_CAPACITY);
        (Self { tasks: sender, progress: Progress::new() }, receiver)
    }

    /// Queues a task, or rejects it if the queue is full.
    pub(super) fn send(&self, task: Task) {
        if self.tasks.is_empty() {
            self.progress.note();
        }
        if let Err(error) = self.tasks.try_send(task) {
            let (task, reason) = match error {
                TrySendError::Full(task) => (task, "the queue is full"),
                TrySendError::Disconnected(task) => (task, "the database threads have ended"),
            };
            task.reject(StoreError::Unavailable(reason.to_owned()));
        }
    }

    /// Runs a job and returns its result.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        // A caller that has gone away needs no reply.
        self.send(Task::new(job, |result| drop(reply.send(result))));
        answer.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the database thread has ended".to_owned())))
    }

    /// Returns whether tasks are queued although none has been taken for longer than a task may be queued.
    pub(super) fn is_stuck(&self) -> bool {
        let silence = self.progress.elapsed().saturating_sub(self.progress.last.load(Ordering::Relaxed));
        !self.tasks.is_empty() && u128::from(silence) > QUEUE_TIMEOUT.as_millis()
    }
}
