//! Calls of the same kind that wait at the same moment, answered by one job.
//!
//! A single call is run at once. While [`MAX_RUNNING`] jobs of its kind are running, further calls wait and then share
//! the next job: the busier the server, the fewer jobs a call costs. No answer is older than its call, because a
//! job takes only calls that were made before it.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::oneshot;
use tracing::Span;

use super::worker::Task;
use super::{Lane, QUEUE_TIMEOUT};
use crate::connection::AnyConnection;
use crate::error::StoreError;

/// The number of jobs of one kind that run at the same time. Two keep the database busy while the results of one are
/// being handed out; more would divide the waiting calls among smaller jobs.
const MAX_RUNNING: usize = 2;

/// The maximum number of calls per job. It bounds the number of parameters of a statement.
pub(crate) const MAX_CALLS: usize = 32;

/// The maximum number of waiting calls of one kind.
const MAX_WAITING: usize = 1024;

/// The results of the calls of a job, in the order of the calls.
pub(crate) type Results<V> = Result<Vec<Result<V, StoreError>>, StoreError>;

/// Answers a list of calls on one connection. If it fails as a whole, every call is run again on its own, so that one
/// call cannot fail others, unless the database is unavailable.
type Job<K, V> = fn(&mut AnyConnection, &[K]) -> Results<V>;

/// A queue of calls of one kind.
pub(crate) struct Coalescer<K, V> {
    shared: Arc<Shared<K, V>>,
}

struct Shared<K, V> {
    lane: Lane,
    job: Job<K, V>,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    waiting: VecDeque<Call<K, V>>,
    running: usize,
}

struct Call<K, V> {
    key: K,
    made_at: Instant,
    span: Span,
    reply: oneshot::Sender<Result<V, StoreError>>,
}

impl<K: Clone + Send + 'static, V: Send + 'static> Coalescer<K, V> {
    /// Creates a queue whose jobs run on a lane.
    pub(super) fn new(lane: Lane, job: Job<K, V>) -> Self {
        let state = Mutex::new(State { waiting: VecDeque::new(), running: 0 });
        Self { shared: Arc::new(Shared { lane, job, state }) }
    }

    /// Answers a call.
    pub(crate) async fn call(&self, key: K) -> Result<V, StoreError> {
        let (reply, answer) = oneshot::channel();
        {
            let mut state = self.shared.state();
            if state.waiting.len() >= MAX_WAITING {
                return Err(StoreError::Unavailable("the queue is full".to_owned()));
            }
            state.waiting.push_back(Call { key, made_at: Instant::now(), span: Span::current(), reply });
        }
        self.shared.clone().start();
        answer.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the database thread has ended".to_owned())))
    }
}

impl<K: Clone + Send + 'static, V: Send + 'static> Shared<K, V> {
    fn state(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a job for the waiting calls unless enough jobs are running. Calls that have waited for too long, because jobs
    /// are slow, are rejected.
    fn start(self: Arc<Self>) {
        let mut state = self.state();
        let count = state.waiting.iter().take_while(|call| call.made_at.elapsed() > QUEUE_TIMEOUT).count();
        let overdue: Vec<Call<K, V>> = state.waiting.drain(..count).collect();
        let count = if state.running < MAX_RUNNING { state.waiting.len().min(MAX_CALLS) } else { 0 };
        let calls: Vec<Call<K, V>> = state.waiting.drain(..count).collect();
        state.running += usize::from(!calls.is_empty());
        drop(state);
        self.answer(overdue, Err(StoreError::Unavailable("the call waited for too long".to_owned())));
        if calls.is_empty() {
            return;
        }
        let this = self.clone();
        self.submit(calls, move |calls, results| {
            this.answer(calls, results);
            this.state().running -= 1;
            this.start();
        });
    }

    /// Queues a job for some calls, in the span of the first.
    fn submit(&self, calls: Vec<Call<K, V>>, done: impl FnOnce(Vec<Call<K, V>>, Results<V>) + Send + 'static) {
        let _entered = calls.first().map(|call| call.span.clone().entered());
        let keys: Vec<K> = calls.iter().map(|call| call.key.clone()).collect();
        let job = self.job;
        let task = Task::new(move |conn| job(conn, &keys), move |results| done(calls, results));
        self.lane.send(task);
    }

    /// Hands out the results of a job.
    fn answer(self: &Arc<Self>, mut calls: Vec<Call<K, V>>, results: Results<V>) {
        // A caller that has gone away needs no reply.
        let reply = |call: Call<K, V>, result| drop(call.reply.send(result));
        match (results, calls.len()) {
            (Ok(results), _) => {
                for (call, result) in calls.into_iter().zip(results) {
                    reply(call, result);
                }
            }
            (Err(StoreError::Unavailable(reason)), _) => {
                for call in calls {
                    reply(call, Err(StoreError::Unavailable(reason.clone())));
                }
            }
            (Err(error), 0 | 1) => {
                if let Some(call) = calls.pop() {
                    reply(call, Err(error));
                }
            }
            (Err(error), count) => {
                tracing::debug!(%error, count, "a shared job failed; its calls are run one by one");
                for call in calls {
                    let this = self.clone();
                    self.submit(vec![call], move |calls, results| this.answer(calls, results));
                }
            }
        }
    }
}
