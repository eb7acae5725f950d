//! A channel filled from real data, where there are any: `ANALYTICBOT_REAL_DATA`.

use std::path::PathBuf;

use fake_telegram::FakeTelegram;
use fake_telegram::scenario::Scenario;
use fake_telegram::world::digest;

#[tokio::test]
async fn a_real_channel_is_read_row_by_row() {
    let Some(folder) = std::env::var_os("ANALYTICBOT_REAL_DATA").map(PathBuf::from) else {
        println!("no ANALYTICBOT_REAL_DATA: nothing to read");
        return;
    };
    let file = folder.join("channels/mosrutop.csv");
    let text = format!(
        "[[accounts]]\nid = 11\nfirst_name = \"R\"\nphone = \"1\"\n[[channels]]\nusername = \"mosrutop\"\n\
         csv = {{ posts = {:?} }}\n",
        file.display().to_string()
    );
    let telegram = FakeTelegram::start(Scenario::parse(&text).unwrap()).await.unwrap();
    let expected = digest::describe(&telegram.world, "mosrutop").unwrap();
    let rows = csv::Reader::from_path(&file).unwrap().into_records().count();
    assert_eq!(expected.posts, rows);
    let account = crate::account::connect(&telegram, 11).await;
    assert_eq!(digest::rows_sha256(&account.history("mosrutop").await), expected.rows_sha256);
    account.close().await;
}
