{# 1 Monday to 7 Sunday. #}
{% macro iso_weekday(column) -%}
    {{ return(adapter.dispatch('iso_weekday', 'constant_contact')(column)) }}
{%- endmacro %}


{% macro default__iso_weekday(column) -%}
    cast(extract(isodow from {{ column }}) as bigint)
{%- endmacro %}


{% macro spark__iso_weekday(column) -%}
    cast(weekday({{ column }}) + 1 as bigint)
{%- endmacro %}


{% macro snowflake__iso_weekday(column) -%}
    cast(dayofweekiso({{ column }}) as bigint)
{%- endmacro %}


{% macro redshift__iso_weekday(column) -%}
    cast(mod(cast(extract(dow from {{ column }}) as bigint) + 6, 7) + 1 as bigint)
{%- endmacro %}


{% macro bigquery__iso_weekday(column) -%}
    mod(extract(dayofweek from {{ column }}) + 5, 7) + 1
{%- endmacro %}


{% macro trino__iso_weekday(column) -%}
    day_of_week({{ column }})
{%- endmacro %}


{# A time or date that can be one of the account; null for others, such as the years 1 and 9999 that programs write where they
   know none. #}
{% macro possible(column, type=none) -%}
    {%- set kind = type or timestamp_type() -%}
    case when {{ column }} between cast('1970-01-01' as {{ kind }}) and cast('2199-12-31' as {{ kind }}) then {{ column }} end
{%- endmacro %}


{# A number of minutes, hours or days to wait, from none to ten years; null for others, which an engine could not add to a time. #}
{% macro possible_wait(column, unit) -%}
    {%- set most = {'minute': 5256000, 'hour': 87600, 'day': 3650}[unit] -%}
    case when {{ column }} between 0 and {{ most }} then {{ column }} end
{%- endmacro %}


{# The Monday of a day's week. #}
{% macro week_start(column) -%}
    {{ return(adapter.dispatch('week_start', 'constant_contact')(column)) }}
{%- endmacro %}


{% macro default__week_start(column) -%}
    cast({{ dbt.date_trunc('week', column) }} as date)
{%- endmacro %}


{# Its weeks begin as the account's parameter WEEK_START says. #}
{% macro snowflake__week_start(column) -%}
    cast(dateadd('day', 1 - dayofweekiso({{ column }}), {{ column }}) as date)
{%- endmacro %}


{% macro bigquery__week_start(column) -%}
    date_trunc(cast({{ column }} as date), isoweek)
{%- endmacro %}


{# In place of dbt's own for Spark, which fails on nulls and drops fractions of a second. #}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    timestampadd({{ datepart }}, cast({{ interval }} as int), cast({{ from_date_or_timestamp }} as timestamp))
{%- endmacro %}


{# In place of dbt's own for Spark, which fails on nulls: boundaries crossed, as everywhere else. #}
{% macro spark__datediff(first_date, second_date, datepart) -%}
    {%- set seconds = {'hour': 3600, 'minute': 60, 'second': 1} -%}
    {%- if datepart == 'day' -%}
        datediff(cast({{ second_date }} as date), cast({{ first_date }} as date))
    {%- elif datepart == 'month' -%}
        (12 * (year({{ second_date }}) - year({{ first_date }})) + month({{ second_date }}) - month({{ first_date }}))
    {%- elif datepart == 'year' -%}
        (year({{ second_date }}) - year({{ first_date }}))
    {%- elif datepart in seconds -%}
        (
            floor(unix_seconds(cast({{ second_date }} as timestamp)) / {{ seconds[datepart] }})
            - floor(unix_seconds(cast({{ first_date }} as timestamp)) / {{ seconds[datepart] }})
        )
    {%- else -%}
        {{ exceptions.raise_compiler_error("datediff in " ~ datepart ~ "s is not written for Spark; see macros/dates.sql") }}
    {%- endif -%}
{%- endmacro %}
