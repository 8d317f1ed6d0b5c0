//! The threads that run jobs, and the transaction that SQLite's writer opens around a batch of them.
//!
//! Jobs of a batch succeed or fail independently: each has its savepoint, and a job that fails or panics loses only its
//! own changes. The replies are sent after the commit, since a job has not succeeded before that.

use std::any::Any;
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use crossbeam_channel::Receiver;
use diesel::connection::TransactionManager;
use diesel::{Connection, QueryResult};
use tracing::Span;

use super::lane::Progress;
use super::{Pool, QUEUE_TIMEOUT};
use crate::connection::{AnyConnection, ConnectionSource, Pooled};
use crate::dialect;
use crate::error::StoreError;

type Transactions = <AnyConnection as Connection>::TransactionManager;

/// Maximum number of writes in one commit on SQLite.
const BATCH_SIZE: usize = 64;

/// A job with its reply channel. It is given a connection, or the error that prevented the checkout.
type Work = Box<dyn FnOnce(Result<(&mut Pooled, Mode), StoreError>) -> Finished + Send>;

/// Whether a job runs in a transaction, which is rolled back if the job fails or panics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// The job changes nothing.
    Read,
    /// The job runs in a transaction, or in a savepoint of one.
    Write,
}

/// Tells the caller of a job its result, given whether the transaction around it was committed.
type Reply = Box<dyn FnOnce(Result<(), &str>) + Send>;

/// A queued job.
pub(super) struct Task {
    work: Work,
    queued_at: Instant,
    span: Span,
}

/// A completed job whose reply waits for the commit.
struct Finished {
    reply: Reply,
    next: Next,
}

/// The consequence of a job for the batch that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The batch may take another job.
    Continue,
    /// The batch is committed at once: the job failed for a reason that may concern the connection.
    Commit,
    /// The batch is rolled back: the changes of a job that panicked could not be undone on their own.
    RollBack,
}

impl Task {
    /// Creates the task of a job. `reply` is given the result once it is final: after the commit, or after the error
    /// that kept the job from running.
    pub(super) fn new<T: Send + 'static>(
        job: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
        reply: impl FnOnce(Result<T, StoreError>) + Send + 'static,
    ) -> Self {
        let work: Work = Box::new(move |pooled| {
            let (result, next) = match pooled {
                Ok((pooled, mode)) => run(pooled, mode, job),
                Err(error) => (Err(error), Next::Continue),
            };
            let reply = move |committed: Result<(), &str>| {
                reply(match (committed, result) {
                    // A conflict may have been with a write that is now rolled back as well.
                    (Err(reason), Err(error)) if error.is_refusal() => Err(StoreError::Unavailable(reason.to_owned())),
                    (Err(reason), Ok(_)) => Err(StoreError::Unavailable(reason.to_owned())),
                    (_, result) => result,
                });
            };
            Finished { reply: Box::new(reply), next }
        });
        Self { work, queued_at: Instant::now(), span: Span::current() }
    }

    fn run(self, pooled: &mut Pooled, mode: Mode) -> Finished {
        let _entered = self.span.enter();
        (self.work)(Ok((pooled, mode)))
    }

    /// Replies with an error instead of running the job.
    pub(super) fn reject(self, error: StoreError) {
        let _entered = self.span.enter();
        ((self.work)(Err(error)).reply)(Ok(()));
    }

    /// Returns the task, or rejects it if its deadline has passed.
    fn unless_overdue(self) -> Option<Self> {
        if self.queued_at.elapsed() <= QUEUE_TIMEOUT {
            return Some(self);
        }
        self.reject(StoreError::Unavailable("the job was queued for too long".to_owned()));
        None
    }
}

/// Runs tasks one by one until the queue is closed.
pub(super) fn serve(pool: &Pool, tasks: &Receiver<Task>, progress: &Progress, mode: Mode) {
    for task in tasks.iter().filter_map(Task::unless_overdue) {
        progress.note();
        match checkout(pool) {
            Ok(mut pooled) => (task.run(&mut pooled, mode).reply)(Ok(())),
            Err(error) => task.reject(error),
        }
    }
}

/// Runs tasks in batches until the queue is closed: the tasks that are queued by then share a transaction.
pub(super) fn serve_in_batches(pool: &Pool, tasks: &Receiver<Task>, progress: &Progress) {
    for first in tasks.iter().filter_map(Task::unless_overdue) {
        progress.note();
        let mut pooled = match begin(pool) {
            Ok(pooled) => pooled,
            Err(error) => {
                first.reject(error);
                continue;
            }
        };
        let finished = first.run(&mut pooled, Mode::Write);
        let mut next = finished.next;
        let mut batch = vec![finished];
        while next == Next::Continue && batch.len() < BATCH_SIZE {
            let Ok(task) = tasks.try_recv() else { break };
            let Some(task) = task.unless_overdue() else { continue };
            let finished = task.run(&mut pooled, Mode::Write);
            next = finished.next;
            batch.push(finished);
        }
        let committed = if next == Next::RollBack { abandon(&mut pooled) } else { commit(&mut pooled) };
        for finished in batch {
            (finished.reply)(committed.as_ref().copied().map_err(String::as_str));
        }
    }
}

fn checkout(pool: &Pool) -> Result<r2d2::PooledConnection<ConnectionSource>, StoreError> {
    pool.get().map_err(|error| StoreError::Unavailable(error.to_string()))
}

fn begin(pool: &Pool) -> Result<r2d2::PooledConnection<ConnectionSource>, StoreError> {
    let mut pooled = checkout(pool)?;
    dialect::begin_write(&mut pooled.conn)?;
    Ok(pooled)
}

fn commit(pooled: &mut Pooled) -> Result<(), String> {
    Transactions::commit_transaction(&mut pooled.conn).map_err(|error| {
        pooled.discard = true;
        format!("the commit failed: {error}")
    })
}

/// Leaves a transaction to be rolled back when the connection is closed.
fn abandon(pooled: &mut Pooled) -> Result<(), String> {
    pooled.discard = true;
    Err("another write of the same transaction could not be undone".to_owned())
}

/// Runs a job and, if it panics, undoes its changes. The connection is then used up to the end of the transaction and
/// closed, because the panic may have left it in an unexpected state.
fn run<T>(
    pooled: &mut Pooled,
    mode: Mode,
    job: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
) -> (Result<T, StoreError>, Next) {
    let depth = depth(&mut pooled.conn).unwrap_or_default();
    #[expect(clippy::disallowed_methods, reason = "every other transaction goes through this one")]
    let job = |conn: &mut AnyConnection| match mode {
        Mode::Read => job(conn),
        Mode::Write => conn.transaction(job),
    };
    match catch_unwind(AssertUnwindSafe(|| job(&mut pooled.conn))) {
        Ok(result) => {
            let failed = matches!(&result, Err(error) if !error.is_refusal());
            (result, if failed { Next::Commit } else { Next::Continue })
        }
        Err(panic) => {
            tracing::error!(panic = panic_message(panic.as_ref()), "a database job panicked");
            pooled.discard = true;
            let next = match roll_back_to(&mut pooled.conn, depth) {
                Ok(()) => Next::Commit,
                Err(error) => {
                    tracing::error!(%error, "cannot roll back the changes of a job that panicked");
                    Next::RollBack
                }
            };
            (Err(StoreError::Panicked), next)
        }
    }
}

/// Returns the number of open transactions and savepoints.
fn depth(conn: &mut AnyConnection) -> QueryResult<u32> {
    let depth = Transactions::transaction_manager_status_mut(conn).transaction_depth()?;
    Ok(depth.map_or(0, NonZeroU32::get))
}

fn roll_back_to(conn: &mut AnyConnection, outer: u32) -> QueryResult<()> {
    while depth(conn)? > outer {
        Transactions::rollback_transaction(conn)?;
    }
    Ok(())
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
