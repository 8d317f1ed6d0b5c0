use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Waker};

use futures_executor::block_on;

use super::*;
use crate::connection::{Access, DatabaseUrl};
use crate::database::lane::Lane;
use crate::database::worker::Mode;

/// The state that the keys of a test share.
#[derive(Default)]
struct Log {
    /// The numbers in each job.
    jobs: Mutex<Vec<Vec<i64>>>,
    /// The signals that jobs wait for before they end.
    gates: Mutex<VecDeque<mpsc::Receiver<()>>>,
}

#[derive(Clone)]
struct Key {
    number: i64,
    log: Arc<Log>,
}

/// Doubles numbers. A job fails as a whole if it contains a negative number, and panics if it contains zero.
fn double(_: &mut AnyConnection, keys: &[Key]) -> Results<i64> {
    let numbers: Vec<i64> = keys.iter().map(|key| key.number).collect();
    let log = &keys[0].log;
    log.jobs.lock().unwrap().push(numbers.clone());
    let gate = log.gates.lock().unwrap().pop_front();
    if let Some(gate) = gate {
        gate.recv().unwrap();
    }
    assert!(!numbers.contains(&0), "test panic in a shared job");
    if numbers.iter().any(|number| *number < 0) {
        return Err(StoreError::Conflict);
    }
    Ok(numbers.into_iter().map(|number| Ok(number * 2)).collect())
}

/// A queue in front of a SQLite database, the log of its jobs, and the folder of the database.
fn queue() -> (Coalescer<Key, i64>, Arc<Log>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("test.db"));
    let lane = Lane::open("test", &super::super::pool(&url, Access::Write, 2), Mode::Read).unwrap();
    (Coalescer::new(lane, double), Arc::default(), folder)
}

/// Makes calls while as many jobs run as may, so that the calls wait and then share a job. Returns their results.
fn waiting<const N: usize>(numbers: [i64; N]) -> ([Result<i64, StoreError>; N], Arc<Log>) {
    let (queue, log, _folder) = queue();
    let mut context = Context::from_waker(Waker::noop());
    let call = |number| queue.call(Key { number, log: log.clone() });
    let gates: Vec<mpsc::Sender<()>> = (0..MAX_RUNNING)
        .map(|_| {
            let (open, gate) = mpsc::channel();
            log.gates.lock().unwrap().push_back(gate);
            open
        })
        .collect();
    let mut busy: Vec<_> = (1..).take(MAX_RUNNING).map(|number| Box::pin(call(number))).collect();
    assert!(busy.iter_mut().all(|call| call.as_mut().poll(&mut context).is_pending()));
    let mut calls = numbers.map(|number| Box::pin(call(number)));
    assert!(calls.iter_mut().all(|call| call.as_mut().poll(&mut context).is_pending()));
    for gate in &gates {
        gate.send(()).unwrap();
    }
    for (call, number) in busy.into_iter().zip(1..) {
        assert_eq!(block_on(call).unwrap(), number * 2);
    }
    (calls.map(block_on), log)
}

fn jobs(log: &Log) -> Vec<Vec<i64>> {
    log.jobs.lock().unwrap().clone()
}

/// Returns the jobs of the calls that waited. Jobs are logged in any order.
fn shared_jobs(log: &Log) -> Vec<Vec<i64>> {
    jobs(log).into_iter().filter(|numbers| numbers[0] >= 10).collect()
}

#[test]
fn a_call_that_waits_for_no_other_is_a_job_of_its_own() {
    let (queue, log, _folder) = queue();
    for number in [5, 6] {
        assert_eq!(block_on(queue.call(Key { number, log: log.clone() })).unwrap(), number * 2);
    }
    assert_eq!(jobs(&log), [[5], [6]]);
}

#[test]
fn calls_that_wait_at_the_same_moment_share_a_job() {
    let (results, log) = waiting([10, 20, 10, 30]);
    assert_eq!(results.map(Result::unwrap), [20, 40, 20, 60]);
    assert_eq!(shared_jobs(&log), [[10, 20, 10, 30]]);
}

#[test]
fn a_job_has_a_bounded_number_of_calls() {
    let numbers: [i64; MAX_CALLS + 5] = std::array::from_fn(|place| i64::try_from(place).unwrap() + 10);
    let (results, log) = waiting(numbers);
    assert_eq!(results.map(Result::unwrap), numbers.map(|number| number * 2));
    let mut sizes: Vec<usize> = shared_jobs(&log).iter().map(Vec::len).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [5, MAX_CALLS]);
}

#[test]
fn a_call_that_fails_or_panics_fails_alone() {
    let (results, _) = waiting([10, -1, 20]);
    assert!(matches!(results, [Ok(20), Err(StoreError::Conflict), Ok(40)]), "{results:?}");
    let (results, _) = waiting([10, 0, 20]);
    assert!(matches!(results, [Ok(20), Err(StoreError::Panicked), Ok(40)]), "{results:?}");
}

#[test]
fn calls_of_a_queue_whose_database_is_unavailable_fail_without_a_hang() {
    let url = "postgres://postgres@127.0.0.1:1/nowhere".parse().unwrap();
    let lane = Lane::open("test", &super::super::pool(&url, Access::Read, 1), Mode::Read).unwrap();
    let (queue, log) = (Coalescer::new(lane, double), Arc::<Log>::default());
    let mut context = Context::from_waker(Waker::noop());
    let mut first = pin!(queue.call(Key { number: 1, log: log.clone() }));
    let mut second = pin!(queue.call(Key { number: 2, log: log.clone() }));
    assert!(first.as_mut().poll(&mut context).is_pending() && second.as_mut().poll(&mut context).is_pending());
    for call in [first, second] {
        assert!(matches!(block_on(call), Err(StoreError::Unavailable(_))));
    }
    assert_eq!(jobs(&log), Vec::<Vec<i64>>::new());
}
