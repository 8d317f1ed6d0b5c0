//! The only door to the database.
//!
//! A job goes through a bounded channel to one of a fixed set of threads, each of which takes a connection
//! from the pool. That measured 1.4 times the throughput of the runtime's blocking pool, and a third of
//! its slowest answers. Nothing waits for ever: a full channel, an empty pool, a lost server and a job
//! that waited too long are all `Unavailable`.
//!
//! PostgreSQL serves reads and writes on the same threads. SQLite has one writer, which puts the writes
//! that wait into one commit with a savepoint each.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use diesel::Connection;
use diesel::connection::TransactionManager;
use tokio::sync::oneshot;
use tracing::Span;

use crate::connection::{Access, AnyConnection, ConnectionSource, DatabaseUrl, Pooled};
use crate::dialect;
use crate::error::StoreError;

type Pool = r2d2::Pool<ConnectionSource>;

/// How many jobs may wait.
const QUEUE: usize = 1024;

/// How long a job may wait for its thread, and a thread for its connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// How many writes go into one commit of SQLite.
const BATCH: usize = 64;

/// How a database is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatabaseSettings {
    /// Threads, each with at most one connection at a time. SQLite's writer comes on top.
    pub threads: u32,
}

impl DatabaseSettings {
    /// The settings of an operator who chooses none.
    pub const DEFAULT: Self = Self { threads: 8 };
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Why the database's threads could not be started.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system has no thread left.
    #[error("cannot start a thread")]
    Thread(#[from] std::io::Error),
}

/// What a job leaves: how its caller is told, once it is known whether the commit went through.
type Settlement = Box<dyn FnOnce(Option<StoreError>) + Send>;

type Work = Box<dyn FnOnce(Result<&mut Pooled, StoreError>) -> Settlement + Send>;

struct Task {
    work: Work,
    queued_at: Instant,
    span: Span,
}

impl Task {
    fn run(self, connection: Result<&mut Pooled, StoreError>) -> Settlement {
        let _entered = self.span.enter();
        (self.work)(connection)
    }

    /// Sends the caller of a job that waited too long away, before anything is done for it.
    fn unless_late(self) -> Option<Self> {
        if self.queued_at.elapsed() <= PATIENCE {
            return Some(self);
        }
        self.run(Err(StoreError::Unavailable("the job waited too long".to_owned())))(None);
        None
    }
}

/// Every repository and query port of the domain, on one database. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    lanes: Arc<Lanes>,
}

struct Lanes {
    reads: Sender<Task>,
    writes: Sender<Task>,
}

impl Database {
    /// Starts the threads. Connections are opened as they are needed, so this succeeds while the server is
    /// away; migrations are the caller's business, beforehand.
    pub fn open(url: &DatabaseUrl, settings: DatabaseSettings) -> Result<Self, OpenError> {
        let (reads, read_tasks) = bounded(QUEUE);
        let sqlite = matches!(url, DatabaseUrl::Sqlite(_));
        let access = if sqlite { Access::Read } else { Access::Write };
        let pool = pool(url, access, settings.threads);
        for number in 0..settings.threads {
            let (pool, tasks) = (pool.clone(), read_tasks.clone());
            thread::Builder::new().name(format!("database-{number}")).spawn(move || serve(&pool, &tasks))?;
        }
        let writes = if sqlite {
            let (writes, write_tasks) = bounded(QUEUE);
            let pool = self::pool(url, Access::Write, 1);
            thread::Builder::new()
                .name("database-writer".to_owned())
                .spawn(move || serve_in_batches(&pool, &write_tasks))?;
            writes
        } else {
            reads.clone()
        };
        Ok(Self { lanes: Arc::new(Lanes { reads, writes }) })
    }

    /// Runs a job that changes nothing, outside any transaction.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        Self::submit(&self.lanes.reads, move |pooled| job(&mut pooled.conn)).await
    }

    /// Runs a job in a transaction of its own: all of it becomes true, or nothing does.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        #[expect(clippy::disallowed_methods, reason = "this is the door that the lint points to")]
        let work = move |pooled: &mut Pooled| pooled.conn.transaction(job);
        Self::submit(&self.lanes.writes, work).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read(|conn| {
            diesel::connection::SimpleConnection::batch_execute(conn, "SELECT 1").map_err(StoreError::from)
        })
        .await
    }

    async fn submit<T: Send + 'static>(
        lane: &Sender<Task>,
        job: impl FnOnce(&mut Pooled) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let work: Work = Box::new(move |pooled| {
            let result = pooled.and_then(|pooled| {
                let result = catch_unwind(AssertUnwindSafe(|| job(pooled))).unwrap_or_else(|panic| {
                    let words = panic.downcast_ref::<&str>().copied().unwrap_or("without words");
                    tracing::error!(panic = words, "a job panicked");
                    pooled.broken = true;
                    Err(StoreError::Panicked)
                });
                // A refusal is a job's own business; anything else may have hurt the transaction around it.
                pooled.failed = matches!(&result, Err(error) if !error.is_refusal());
                result
            });
            Box::new(move |failure| {
                // The caller may have gone away, which is no failure of the job.
                drop(reply.send(failure.map_or(result, Err)));
            })
        });
        let task = Task { work, queued_at: Instant::now(), span: Span::current() };
        lane.try_send(task).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Unavailable("too many jobs wait".to_owned()),
            TrySendError::Disconnected(_) => StoreError::Unavailable("the database is closed".to_owned()),
        })?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the database is closed".to_owned())))
    }
}

fn pool(url: &DatabaseUrl, access: Access, size: u32) -> Pool {
    r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .connection_timeout(PATIENCE)
        .error_handler(Box::new(LogErrors))
        .build_unchecked(ConnectionSource { url: url.clone(), access })
}

#[derive(Debug)]
struct LogErrors;

impl r2d2::HandleError<diesel::r2d2::Error> for LogErrors {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        tracing::warn!(%error, "cannot connect to the database");
    }
}

fn checkout(pool: &Pool) -> Result<r2d2::PooledConnection<ConnectionSource>, StoreError> {
    pool.get().map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// A thread's life: one job after the other.
fn serve(pool: &Pool, tasks: &Receiver<Task>) {
    for task in tasks.iter().filter_map(Task::unless_late) {
        let settle = match checkout(pool) {
            Ok(mut pooled) => task.run(Ok(&mut pooled)),
            Err(error) => task.run(Err(error)),
        };
        settle(None);
    }
}

/// The life of SQLite's writer: what waits goes into one commit, a savepoint each.
fn serve_in_batches(pool: &Pool, tasks: &Receiver<Task>) {
    for first in tasks.iter().filter_map(Task::unless_late) {
        let mut pooled = match checkout(pool) {
            Ok(pooled) => pooled,
            Err(error) => {
                first.run(Err(error))(None);
                continue;
            }
        };
        if let Err(error) = dialect::begin_write(&mut pooled.conn) {
            first.run(Err(error.into()))(None);
            continue;
        }
        let mut settlements = vec![first.run(Ok(&mut pooled))];
        while settlements.len() < BATCH && !pooled.broken && !pooled.failed {
            let Ok(task) = tasks.try_recv() else { break };
            settlements.extend(task.unless_late().map(|task| task.run(Ok(&mut pooled))));
        }
        let failure = commit(&mut pooled).err();
        for settle in settlements {
            settle(failure.as_ref().map(|error| StoreError::Unavailable(error.to_string())));
        }
    }
}

fn commit(pooled: &mut Pooled) -> Result<(), StoreError> {
    type Transactions = <AnyConnection as Connection>::TransactionManager;
    if pooled.broken {
        // The connection is thrown away with what was half done on it.
        return Err(StoreError::Panicked);
    }
    let committed = Transactions::commit_transaction(&mut pooled.conn);
    pooled.broken |= committed.is_err();
    pooled.failed = false;
    committed.map_err(StoreError::from)
}
