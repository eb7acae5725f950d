//! What accounts were used for long ago is removed.

use services::Ctx;
use services::collect::account;

use crate::Outcome;

pub(crate) async fn run(ctx: Ctx) -> Outcome {
    account::trim_calls(&ctx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use services::collect::account::{CALLS_KEPT_S, TrimAccountCalls};
    use store::accounts::{self, Calls, SignedIn};

    use crate::testing::{Place, run_until_empty};

    #[tokio::test]
    async fn the_record_of_calls_is_kept_for_ninety_days() {
        let place = Place::new().await;
        let now = place.ctx.now();
        let mut tx = place.ctx.db.write().await.expect("tx");
        let workspace_id = place.operator().workspace();
        let signed_in = SignedIn { workspace_id, telegram_id: 11, name: "Anya".to_owned(), phone: None };
        let account = accounts::upsert(&mut tx, &signed_in, now).await.expect("an account");
        let (method, outcome) = ("users.getUsers".to_owned(), "answered".to_owned());
        let calls = Calls { hour: now, method, outcome, calls: 1, waits_s: 0 };
        accounts::add_calls(&mut tx, account, &calls).await.expect("noted");
        tx.commit().await.expect("commit");
        for (later_s, left) in [(CALLS_KEPT_S, 1), (1, 0)] {
            place.clock.advance(later_s);
            place.enqueue(TrimAccountCalls::KIND).await;
            run_until_empty(&place.ctx).await.expect("all done");
            let mut tx = place.ctx.db.read().await.expect("tx");
            assert_eq!(accounts::list_calls(&mut tx, account, 0).await.expect("listed").len(), left, "{later_s}");
        }
    }
}
