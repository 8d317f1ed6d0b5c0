//! Threads that run jobs, each with memory that outlives the job, behind a bounded queue.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use astegni_domain::accounts::HashingError;
use tokio::sync::oneshot;

use super::Memory;

/// The number of callers that may wait for a thread, which takes a second or two. Further ones are rejected.
pub(super) const MAX_WAITING: usize = 64;

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// Handle of the threads. They end when it is dropped.
pub(super) struct Threads {
    queue: Arc<Queue>,
}

impl Threads {
    /// Starts threads, which allocate nothing before their first job.
    pub(super) fn start(number: usize) -> io::Result<Self> {
        let threads = Self { queue: Arc::default() };
        for index in 0..number {
            let queue = Arc::clone(&threads.queue);
            thread::Builder::new().name(format!("hashing-{index}")).spawn(move || queue.serve())?;
        }
        Ok(threads)
    }

    /// Runs a job on the next free thread. A caller that stops waiting takes its job out of the queue.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Memory) -> Result<T, HashingError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let (sender, receiver) = oneshot::channel();
        let _place = self.queue.push(Box::new(move |memory| drop(sender.send(job(memory)))))?;
        receiver.await.unwrap_or_else(|_| Err(HashingError::Failed("the job panicked".to_owned())))
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.queue.lock().is_closed = true;
        self.queue.changed.notify_all();
    }
}

/// Jobs that wait for a thread.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    /// Jobs with their numbers, in order of arrival.
    jobs: VecDeque<(u64, Job)>,
    next_number: u64,
    is_closed: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, job: Job) -> Result<Place<'_>, HashingError> {
        let mut waiting = self.lock();
        if waiting.jobs.len() >= MAX_WAITING {
            return Err(HashingError::Busy);
        }
        let number = waiting.next_number;
        waiting.next_number += 1;
        waiting.jobs.push_back((number, job));
        drop(waiting);
        self.changed.notify_one();
        Ok(Place { queue: self, number })
    }

    /// Runs jobs until the queue is closed. The memory of a job that panicked is not used again.
    fn serve(&self) {
        let mut memory = Memory::new();
        while let Some(job) = self.next() {
            if catch_unwind(AssertUnwindSafe(|| job(&mut memory))).is_err() {
                memory = Memory::new();
            }
        }
    }

    /// Waits for the next job; `None` if the queue is closed.
    fn next(&self) -> Option<Job> {
        let is_idle = |waiting: &mut Waiting| waiting.jobs.is_empty() && !waiting.is_closed;
        let mut waiting = self.changed.wait_while(self.lock(), is_idle).unwrap_or_else(PoisonError::into_inner);
        waiting.jobs.pop_front().map(|(_, job)| job)
    }
}

/// A job's place in the queue, given up when it is dropped.
struct Place<'a> {
    queue: &'a Queue,
    number: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut waiting = self.queue.lock();
        let position = waiting.jobs.iter().position(|(number, _)| *number == self.number);
        let abandoned = position.and_then(|position| waiting.jobs.remove(position));
        drop(waiting);
        drop(abandoned);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::task::{Context, Poll, Waker};

    use super::*;

    type Running = Result<(), HashingError>;

    /// Polls a future once.
    fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    /// Occupies the only thread until the returned sender is dropped.
    async fn occupy(threads: &Threads, until: mpsc::Receiver<()>, begun: mpsc::Sender<()>) -> Running {
        let job = move |_: &mut Memory| {
            begun.send(()).unwrap();
            until.recv().unwrap_err();
            Ok(())
        };
        threads.run(job).await
    }

    #[actix_web::test]
    async fn a_caller_that_stops_waiting_frees_its_place_and_its_job_never_runs() {
        let threads = Threads::start(1).unwrap();
        let ((release, until), (begun, has_begun)) = (mpsc::channel(), mpsc::channel());
        let mut first = pin!(occupy(&threads, until, begun));
        assert!(poll(first.as_mut()).is_pending());
        has_begun.recv().unwrap();

        let ran = Arc::new(AtomicUsize::new(0));
        let count = || {
            let ran = Arc::clone(&ran);
            threads.run(move |_| Ok(ran.fetch_add(1, Ordering::Relaxed)))
        };
        let mut waiting: Vec<_> = (0..MAX_WAITING).map(|_| Box::pin(count())).collect();
        assert!(waiting.iter_mut().all(|waiting| poll(waiting.as_mut()).is_pending()));
        assert!(matches!(count().await, Err(HashingError::Busy)));
        drop(waiting.swap_remove(7));
        let mut last = Box::pin(count());
        assert!(poll(last.as_mut()).is_pending());
        assert!(matches!(count().await, Err(HashingError::Busy)));

        drop(waiting);
        drop(release);
        first.await.unwrap();
        assert_eq!(last.await.unwrap(), 0, "the jobs before it were abandoned");
        assert_eq!(ran.load(Ordering::Relaxed), 1);
    }

    #[actix_web::test]
    async fn jobs_run_in_order_of_arrival() {
        let threads = Threads::start(1).unwrap();
        let ((release, until), (begun, has_begun)) = (mpsc::channel(), mpsc::channel());
        let mut first = pin!(occupy(&threads, until, begun));
        assert!(poll(first.as_mut()).is_pending());
        has_begun.recv().unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut waiting: Vec<_> = (0..5)
            .map(|index| {
                let order = Arc::clone(&order);
                Box::pin(threads.run(move |_| {
                    order.lock().unwrap().push(index);
                    Ok(())
                }))
            })
            .collect();
        assert!(waiting.iter_mut().all(|waiting| poll(waiting.as_mut()).is_pending()));
        drop(release);
        for job in waiting {
            job.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
    }

    #[actix_web::test]
    async fn a_panic_fails_its_own_job_only_and_its_memory_is_not_used_again() {
        let threads = Threads::start(1).unwrap();
        let panicked = threads.run::<()>(|memory| {
            memory.push(argon2::Block::new());
            panic!("test panic on a hashing thread")
        });
        assert!(matches!(panicked.await, Err(HashingError::Failed(_))));
        assert_eq!(threads.run(|memory| Ok(memory.len())).await.unwrap(), 0);
    }

    #[actix_web::test]
    async fn dropping_the_handle_ends_idle_and_busy_threads() {
        let threads = Threads::start(3).unwrap();
        let queue = Arc::downgrade(&threads.queue);
        let ((release, until), (begun, has_begun)) = (mpsc::channel(), mpsc::channel());
        {
            let mut abandoned = pin!(occupy(&threads, until, begun));
            assert!(poll(abandoned.as_mut()).is_pending());
            has_begun.recv().unwrap();
        }
        drop(threads);
        drop(release);
        while queue.strong_count() > 0 {
            thread::yield_now();
        }
    }
}
