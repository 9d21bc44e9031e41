//! The words of queries: what may be called, what may stand before a bracket, and what may not stand anywhere.

/// Whether a word is on a list.
pub(super) fn among(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

/// Functions that only compute: of many rows, of the rows around, of numbers, dates, texts and anything. None reads settings,
/// files, the time or the catalog, waits, or makes a value much longer than its arguments.
pub(super) const FUNCTIONS: &str = "
    array_agg avg bool_and bool_or corr count every max min mode percentile_cont percentile_disc stddev stddev_pop stddev_samp
    string_agg sum var_pop var_samp variance
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
    abs ceil ceiling div exp floor greatest least ln log mod power round sign sqrt trunc width_bucket
    age date date_part date_trunc extract make_date to_date
    btrim char_length concat concat_ws initcap left length lower ltrim position replace reverse right rtrim split_part
    starts_with strpos substr substring to_char to_number translate trim upper
    cast coalesce generate_series grouping nullif unnest";

/// Words of the language that a bracket may follow.
pub(super) const BEFORE_BRACKETS: &str = "
    all and any array as between by case cube distinct else except exists filter from group having ilike in intersect is join
    lateral like limit materialized not offset on or over rollup row select sets some then union using values when where";

/// Words that end a list of tables.
pub(super) const END_TABLES: &str =
    "except fetch for group having intersect limit offset order select union where window";

/// Words that no query needs: they write, lock, name operators, or tell who and when it is.
pub(super) const REFUSED: &str = "
    current_catalog current_date current_role current_schema current_time current_timestamp current_user delete insert into
    localtime localtimestamp merge operator session_user system_user table tablesample update user";

/// Schemas that exist besides; those of PostgreSQL itself begin with `pg_`.
pub(super) const FOREIGN: &str = "apalis information_schema public";
