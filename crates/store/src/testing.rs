//! Databases for tests: a fresh SQLite file always, a fresh Postgres database when `ANALYTICBOT_TEST_POSTGRES` names
//! a server where the test may create one.

