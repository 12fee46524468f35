//! Who gets places, seats and turns. Time stands still in these tests.

use super::*;
use tokio::sync::watch;
use tokio::time::timeout;

const SOON: Duration = Duration::from_millis(10);

fn shares(seats: usize) -> Arc<Shares> {
    Arc::new(Shares { seats, state: Mutex::default(), done: Notify::new() })
}

/// A number of outside calls, and what takes no processor: those calls alone.
fn outside() -> (watch::Sender<usize>, AtRest) {
    let (outside, calls) = watch::channel(0);
    (outside, AtRest { calls, in_line: watch::channel(0).1 })
}

#[tokio::test(start_paused = true)]
async fn work_in_the_line_of_slow_agents_needs_no_seat() {
    let shares = shares(2);
    let _two = [begin(&shares, "noisy", 1), begin(&shares, "calm", 1), begin(&shares, "noisy", 1)];
    let ((line, in_line), (_outside, calls)) = (watch::channel(0), watch::channel(0));
    let mut at_rest = AtRest { calls, in_line };
    assert!(timeout(SOON, shares.room(&mut at_rest)).await.is_err());
    line.send_replace(1);
    assert_eq!(timeout(SOON, shares.room(&mut at_rest)).await.map(|room| room.most), Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_many_takes_no_seats() {
    let (shares, _whole) = two_at_work(2);
    let (_outside, mut at_rest) = outside();
    let _slow = begin(&shares, "noisy", 1);
    let room = timeout(SOON, shares.room(&mut at_rest)).await;
    assert_eq!(room, Ok(Room { most: 1, full: vec!["noisy".to_owned()] }));
}

fn begin(shares: &Arc<Shares>, project: &str, messages: usize) -> Batch {
    shares.begin(std::iter::repeat_n(project, messages))
}

/// Shares of a machine on which two projects have work, for as long as the batch is there.
fn two_at_work(seats: usize) -> (Arc<Shares>, Batch) {
    let shares = shares(seats);
    let work = shares.begin(["noisy", "calm"].into_iter());
    (shares, work)
}

#[tokio::test(start_paused = true)]
async fn a_project_alone_takes_whole_batches() {
    let shares = shares(2);
    let (_outside, mut at_rest) = outside();
    let _most = begin(&shares, "alone", 180);
    assert_eq!(shares.room(&mut at_rest).await, Room { most: 10, full: Vec::new() });
    let _more = begin(&shares, "alone", 10);
    assert_eq!(shares.room(&mut at_rest).await, Room { most: 2, full: Vec::new() });
}

#[tokio::test(start_paused = true)]
async fn no_project_can_have_all_places() {
    let shares = shares(2);
    let (_outside, mut at_rest) = outside();
    let mut noisy = vec![begin(&shares, "noisy", 192)];
    let room = shares.room(&mut at_rest).await;
    assert_eq!(room, Room { most: 10, full: vec!["noisy".to_owned()] });
    assert!(timeout(SOON, shares.eased(&room.full, &mut at_rest)).await.is_err());
    // Another project gets what the noisy one may not have, and the noisy one has too much until it has as little.
    tokio::time::advance(AT_WORK).await;
    let other = begin(&shares, "other", 38);
    assert_eq!(shares.room(&mut at_rest).await.full, ["noisy"]);
    tokio::time::advance(AT_WORK).await;
    let _other = begin(&shares, "other", 2);
    assert_eq!(shares.room(&mut at_rest).await, Room { most: 6, full: vec!["noisy".to_owned(), "other".to_owned()] });
    drop(other);
    assert!(timeout(SOON, shares.eased(&room.full, &mut at_rest)).await.is_err());
    drop(noisy.pop());
    assert_eq!(timeout(SOON, shares.eased(&room.full, &mut at_rest)).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn two_projects_have_few_seats_and_an_outside_call_needs_none() {
    let shares = shares(2);
    let (outside, mut at_rest) = outside();
    // What began when the project was alone may be long in coming back: it takes no seat.
    let _slow = begin(&shares, "noisy", 10);
    let calm = begin(&shares, "calm", 1);
    let one = |full: &[&str]| Ok(Room { most: 1, full: full.iter().map(|project| (*project).to_owned()).collect() });
    assert_eq!(timeout(SOON, shares.room(&mut at_rest)).await, one(&["calm"]));
    let _noisy = begin(&shares, "noisy", 1);
    assert!(timeout(SOON, shares.room(&mut at_rest)).await.is_err());
    outside.send_replace(2);
    assert_eq!(timeout(SOON, shares.room(&mut at_rest)).await, one(&[]));
    outside.send_replace(0);
    assert!(timeout(SOON, shares.room(&mut at_rest)).await.is_err());
    drop(calm);
    // The last seat is for a project that has none, and the noisy one may have it when it is the other's no more.
    let room = shares.room(&mut at_rest).await;
    assert_eq!(Ok(room), one(&["noisy"]));
    assert!(timeout(SOON, shares.eased(&["noisy".to_owned()], &mut at_rest)).await.is_err());
    outside.send_replace(1);
    assert_eq!(timeout(SOON, shares.eased(&["noisy".to_owned()], &mut at_rest)).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_calm_hook_is_called_next_however_many_calls_of_another_wait() {
    let (shares, _work) = two_at_work(1);
    let first = shares.seat("noisy").await;
    let (began, mut order) = tokio::sync::mpsc::unbounded_channel();
    for hook in ["noisy", "noisy", "made up", "made up too", "calm"] {
        let (shares, began) = (shares.clone(), began.clone());
        tokio::spawn(async move {
            let seat = shares.seat(hook).await;
            let _ = began.send((hook, seat));
        });
        tokio::task::yield_now().await;
    }
    drop(first);
    for hook in ["noisy", "made up", "calm", "noisy", "made up too"] {
        let (began, seat) = order.recv().await.unwrap();
        assert_eq!(began, hook);
        drop(seat);
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_seat_is_for_a_project_that_has_none() {
    let (shares, _work) = two_at_work(2);
    let noisy = shares.seat("noisy").await;
    let mut more = Box::pin(shares.seat("noisy"));
    assert!(futures::poll!(&mut more).is_pending());
    let calm = timeout(SOON, shares.seat("calm")).await.unwrap();
    drop(noisy);
    let more = timeout(SOON, more).await.unwrap();
    assert!(timeout(SOON, shares.seat("noisy")).await.is_err());
    drop((calm, more));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_goes_away_when_it_is_called_passes_its_seat_on() {
    let (shares, _work) = two_at_work(1);
    let first = shares.seat("noisy").await;
    let mut gone = Box::pin(shares.seat("noisy"));
    let mut gone_before = Box::pin(shares.seat("noisy"));
    let mut next = Box::pin(shares.seat("noisy"));
    for waiting in [&mut gone, &mut gone_before, &mut next] {
        assert!(futures::poll!(waiting).is_pending());
    }
    drop(gone_before);
    drop(first);
    // It is called, and never looks.
    drop(gone);
    let seat = futures::poll!(&mut next);
    assert!(seat.is_ready());
    drop(seat);
    assert_eq!(shares.state().calls.sum, 0);
}
