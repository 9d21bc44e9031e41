use proptest::prelude::*;

use super::*;

fn reason(sql: &str) -> String {
    Query::parse(sql).unwrap_err().to_string()
}

#[test]
fn what_people_ask_of_the_books_may_run() {
    for sql in [
        "SELECT 1",
        "select sum(amount) from ledger_lines where account_kind = 'revenue'",
        "SELECT account_name, -sum(amount)::numeric(14,2) AS total FROM reporting.ledger_lines l
         WHERE l.date >= DATE '2026-10-01' AND l.date < date '2026-11-01' AND NOT closing AND account_kind IN ('revenue')
         GROUP BY l.account_name, l.currency HAVING count(*) > 1 ORDER BY total DESC NULLS LAST LIMIT 10;",
        "WITH months(month, net) AS (SELECT date_trunc('month', date), sum(amount) FROM ledger_lines GROUP BY 1)
         SELECT month, net, lag(net) OVER (ORDER BY month) AS before, net - lag(net) OVER (ORDER BY month) FROM months",
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT * FROM n",
        "SELECT extract(year FROM l.date), count(*) FILTER (WHERE l.debit > 0) FROM ledger_lines AS l GROUP BY 1",
        "SELECT a.name FROM ledger_accounts a JOIN ledger_lines AS l ON (a.code = l.account_code), generate_series(1, 3) AS g(i)",
        "SELECT * FROM (SELECT l.code, l.name FROM ledger_accounts l) AS q WHERE q.name ILIKE '%bank%' OR q.name LIKE '%银行%'",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY debit) AS 中位数 FROM ledger_lines",
        "SELECT CASE WHEN (debit > 0) THEN 'in' ELSE 'out' END, CAST(amount AS numeric(12, 1)), .5, 1e3, 2.5E-1, share
         FROM ledger_lines, LATERAL (SELECT 1 AS share) AS s WHERE description IS DISTINCT FROM account_name",
        "SELECT 'it''s pg_sleep(1); -- no comment', \"a\"\"b(\" FROM (SELECT 1 AS \"a\"\"b(\") AS q -- pg_sleep(9)",
        "/* one /* two */ ; */ SELECT description FROM ledger_lines GROUP BY ROLLUP (description), GROUPING SETS ((), (1))",
    ] {
        Query::parse(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

#[test]
fn comments_and_the_last_semicolon_are_blanked_and_nothing_moves() {
    let query = Query::parse("SELECT 1 -- 一\n, 2/* x\n */ ; -- end").unwrap();
    assert_eq!(query.sql(), "SELECT 1     \n, 2    \n            ");
}

#[test]
fn what_is_not_one_reading_statement_is_refused_with_its_place() {
    for (sql, told) in [
        ("", "it is empty (at character 1)"),
        (" -- nothing", "it is empty"),
        ("DELETE FROM ledger_lines", "it must begin with SELECT or WITH (at character 1)"),
        ("(SELECT 1)", "it must begin with SELECT or WITH"),
        ("EXPLAIN SELECT 1", "it must begin with SELECT or WITH"),
        ("SELECT 1; SELECT 2", "there is more than one statement (at character 9)"),
        ("SELECT 1;;", "there is more than one statement"),
        (
            "WITH x AS (DELETE FROM ledger_lines RETURNING 1) SELECT 1",
            "DELETE is not possible in a query (at character 12)",
        ),
        ("SELECT * INTO copy FROM ledger_lines", "INTO is not possible"),
        ("SELECT 1 FROM ledger_lines FOR UPDATE", "UPDATE is not possible"),
        ("SELECT 1) AS q, (SELECT 2", "a bracket is closed that was not opened (at character 9)"),
        ("SELECT (1", "a bracket is not closed"),
        ("SELECT current_user", "CURRENT_USER is not possible"),
    ] {
        assert!(reason(sql).contains(told), "{sql}: {}", reason(sql));
    }
    assert!(reason(&format!("SELECT '{}'", "x".repeat(MAX_QUERY_CHARS))).contains("more than 10000 characters"));
}

#[test]
fn a_function_that_does_more_than_compute_is_refused_however_it_is_written() {
    for call in [
        "set_config('role', 'none', true)",
        "current_setting('mezzofy.person')",
        "pg_sleep(10)",
        "PG_SLEEP (10)",
        "pg_sleep/**/(1)",
        "pg_sleep -- x\n (1)",
        "pg_catalog.pg_sleep(1)",
        "\"pg_sleep\"(1)",
        "pg_read_file('/etc/passwd')",
        "query_to_xml('x', true, false, '')",
        "lo_import('/etc/passwd')",
        "lo_get(1)",
        "dblink('', '')",
        "now()",
        "random()",
        "repeat('x', 1000000000)",
        "lpad('x', 1000000000)",
        "version()",
        "inet_server_addr()",
        "txid_current()",
        "nextval('x')",
        "database_to_xml(true, true, '')",
        "has_table_privilege('a', 'b')",
        "reporting.sum(1)",
        "l.sum(1)",
        "\"sum\"(1)",
        "OPERATOR(pg_catalog.+)",
        "1 OPERATOR(reporting.+) 1",
        "ts_stat('select 1')",
        "acting_reads('ledger')",
        "hstore('a', 'b')",
        "xmlelement(name a)",
        "gen_random_uuid()",
        "clock_timestamp()",
    ] {
        for sql in [
            format!("SELECT {call}"),
            format!("SELECT 1 FROM ledger_lines AS l WHERE {call} IS NULL"),
            format!("SELECT * FROM {call} AS x"),
            format!("SELECT DISTINCT ON (1) {call}"),
            format!("WITH a AS (SELECT {call}) SELECT 1"),
        ] {
            assert!(Query::parse(&sql).is_err(), "{sql}");
        }
    }
}

#[test]
fn only_the_reporting_schema_can_be_read() {
    for sql in [
        "SELECT * FROM public.people",
        "SELECT * FROM \"public\".people",
        "SELECT * FROM pg_catalog.pg_class",
        "SELECT * FROM pg_roles",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM apalis.jobs",
        "SELECT * FROM other.secrets",
        "SELECT 1 FROM ledger_lines, other.secrets",
        "SELECT 1 FROM ledger_lines a JOIN other.secrets ON true",
        "SELECT (SELECT 1 FROM other.secrets)",
        "SELECT 1 FROM (other.secrets CROSS JOIN ledger_lines)",
        "SELECT 1 FROM ONLY other.secrets",
        "SELECT 1 WHERE EXISTS (SELECT FROM other.secrets)",
        "TABLE other.secrets",
        "SELECT 1 UNION TABLE other.secrets",
        "SELECT 'x'::regclass, pg_class.oid FROM pg_class",
        "SELECT 1::pg_catalog.int4",
    ] {
        assert!(Query::parse(sql).is_err(), "{sql}");
    }
}

#[test]
fn ways_of_writing_that_hide_something_are_refused() {
    for sql in [
        "SELECT E'a\\'b'",
        "SELECT e'x'",
        "SELECT U&'\\0061'",
        "SELECT u&\"\\0061\"",
        "SELECT b'1'",
        "SELECT x'1F'",
        "SELECT N'a'",
        "SELECT $$a$$",
        "SELECT $tag$a$tag$",
        "SELECT $1",
        "SELECT a$b",
        "SELECT 'open",
        "SELECT \"open",
        "SELECT /* open",
        "SELECT /* /* */",
        "SELECT \"\" FROM ledger_lines",
        "SELECT 1.pg_sleep(1)",
        "SELECT 1_000",
        "SELECT 0x1F",
        "SELECT `a`",
        "SELECT 'a\0b'",
        "SELECT \0",
        "SELECT a\\b",
        "SELECT\u{c}1",
        "SELECT ?",
    ] {
        assert!(Query::parse(sql).is_err(), "{sql}");
    }
    assert!(reason(&format!("SELECT {}(1)", "x".repeat(64))).contains("63 bytes"));
}

proptest! {
    #[test]
    fn reading_never_fails_and_never_changes_what_is_not_a_comment(text in "[ -~\n一]{0,60}") {
        if let Ok(query) = Query::parse(&text) {
            prop_assert_eq!(query.sql().chars().count(), text.chars().count());
            let kept = query.sql().chars().zip(text.chars()).all(|(now, then)| now == then || now == ' ');
            prop_assert!(kept);
            prop_assert!(!query.sql().contains(';') || query.sql().contains(['\'', '"']));
        }
    }

    /// Whatever stands around a call, a name that is not listed is found: quotes, comments and spaces hide nothing.
    #[test]
    fn no_dressing_lets_an_unlisted_call_through(
        before in "([b-rt-vx-z]{1,4} |'[a-z();-]{0,6}' |\"[a-z(;]{1,5}\" |/\\*[a-z'\"(]{0,5}\\*/|--[a-z'\"(;]{0,5}\n|[0-9]{1,3} |[+,=] ){0,6}",
        between in "( |\n|\t|/\\*[a-z'(]{0,4}\\*/|--[a-z'\"]{0,4}\n){0,3}",
        name in "(pg_sleep|set_config|lo_export|PG_READ_FILE|query_to_xml|\"set_config\")",
    ) {
        let sql = format!("SELECT {before}{name}{between}(1)");
        prop_assert!(Query::parse(&sql).is_err(), "{}", sql);
    }
}
