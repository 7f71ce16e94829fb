{# A UTC time without zone as wall-clock time of the time zone in which days are counted. #}
{% macro local_time(column) -%}
    {{ return(adapter.dispatch('wall_clock', 'constant_contact')(column, time_zone())) }}
{%- endmacro %}


{# The day on which a UTC time falls in that time zone. #}
{% macro local_date(column) -%}
    cast({{ local_time(column) }} as date)
{%- endmacro %}


{% macro default__wall_clock(column, zone) -%}
    (({{ column }} at time zone 'UTC') at time zone '{{ zone }}')
{%- endmacro %}


{% macro spark__wall_clock(column, zone) -%}
    from_utc_timestamp({{ column }}, '{{ zone }}')
{%- endmacro %}


{% macro snowflake__wall_clock(column, zone) -%}
    convert_timezone('UTC', '{{ zone }}', {{ column }})
{%- endmacro %}


{% macro redshift__wall_clock(column, zone) -%}
    convert_timezone('UTC', '{{ zone }}', {{ column }})
{%- endmacro %}


{% macro bigquery__wall_clock(column, zone) -%}
    datetime(timestamp({{ column }}, 'UTC'), '{{ zone }}')
{%- endmacro %}


{% macro trino__wall_clock(column, zone) -%}
    cast(at_timezone(with_timezone({{ column }}, 'UTC'), '{{ zone }}') as {{ timestamp_type() }})
{%- endmacro %}


{# A raw time, of the type that the database tells, as UTC without a zone: a session's own zone must not move a mart's dates. #}
{% macro utc_time(column, dtype) -%}
    {{ return(adapter.dispatch('utc_time', 'constant_contact')(column, dtype)) }}
{%- endmacro %}


{% macro default__utc_time(column, dtype) -%}
    {{ column }}{{ " at time zone 'UTC'" if 'with time zone' in dtype or dtype == 'timestamptz' }}
{%- endmacro %}


{% macro snowflake__utc_time(column, dtype) -%}
    {%- if dtype.startswith('timestamp_tz') or dtype.startswith('timestamp_ltz') -%}
        convert_timezone('UTC', {{ column }})
    {%- else -%}
        {{ column }}
    {%- endif -%}
{%- endmacro %}


{# Casting its instants to text or dates follows the session's zone on Spark: the marts would differ from session to session. #}
{% macro session_must_be_in_utc() %}
    {{ return(adapter.dispatch('session_must_be_in_utc', 'constant_contact')()) }}
{% endmacro %}


{% macro default__session_must_be_in_utc() %}
    {{ return('') }}
{% endmacro %}


{% macro spark__session_must_be_in_utc() %}
    {%- if execute -%}
        {%- set zone = run_query('select current_timezone()').columns[0].values()[0] -%}
        {%- if zone not in ['UTC', 'Etc/UTC', 'GMT', '+00:00', 'Z'] -%}
            {{ exceptions.raise_compiler_error(
                "the session's time zone is " ~ zone ~ ": set spark.sql.session.timeZone to UTC, or dates would be those of that zone"
            ) }}
        {%- endif -%}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}


{#
The time zone in which days, weeks and months are counted: the variable `time_zone`, an IANA name or UTC; 'account', the
default, is the account's own. Looked up once for each model, so that the compiled SQL names it as a constant.
#}
{% macro time_zone() %}
    {%- set chosen = var('time_zone', 'account') -%}
    {%- if not execute -%}
        {{ return('UTC') }}
    {%- elif chosen != 'account' -%}
        {%- if not is_known_time_zone(chosen) -%}
            {{ exceptions.raise_compiler_error(
                "time_zone '" ~ chosen ~ "' is not a time zone that this database knows; set an IANA name such as"
                " America/New_York, or UTC, or account for the account's own"
            ) }}
        {%- endif -%}
        {{ return(chosen) }}
    {%- endif -%}
    {%- set own = account_time_zone() -%}
    {%- if own is not none and not is_known_time_zone(own) -%}
        {%- do exceptions.warn("the account's time zone '" ~ own ~ "' is not one that this database knows; days are counted in UTC") -%}
        {{ return('UTC') }}
    {%- endif -%}
    {{ return(own or 'UTC') }}
{% endmacro %}


{# The account's time zone as the API names it; none where the account is not loaded. #}
{% macro account_time_zone() %}
    {{ return(account_value('time_zone_id')) }}
{% endmacro %}


{% macro is_known_time_zone(name) %}
    {{ return(adapter.dispatch('is_known_time_zone', 'constant_contact')(name)) }}
{% endmacro %}


{% macro default__is_known_time_zone(name) %}
    {{ return(name in modules.pytz.all_timezones_set) }}
{% endmacro %}


{% macro duckdb__is_known_time_zone(name) %}
    {%- set quoted = "'" ~ name | replace("'", "''") ~ "'" -%}
    {{ return(run_query('select count(*) from pg_timezone_names() where name = ' ~ quoted).columns[0].values()[0] > 0) }}
{% endmacro %}


{% macro postgres__is_known_time_zone(name) %}
    {{ return(duckdb__is_known_time_zone(name)) }}
{% endmacro %}


{% macro redshift__is_known_time_zone(name) %}
    {{ return(default__is_known_time_zone(name)) }}
{% endmacro %}
