{# The columns of the shop's relation, name -> type as the database tells it, both in lower case. One that lacks a column, or whose
   times are none, is named with what it lacks, before a database complains of one column at a time. #}
{% macro order_columns() %}
    {%- set present = {} -%}
    {%- for column in get_column_schema_from_query('select * from ' ~ var('orders_relation')) -%}
        {%- do present.update({column.name | lower: column.data_type | lower}) -%}
    {%- endfor -%}
    {%- set columns = ['order_id', 'email_address', 'amount', 'ordered_at'] -%}
    {%- set missing = columns | reject('in', present) | list -%}
    {%- if missing -%}
        {{ exceptions.raise_compiler_error(
            "orders_relation '" ~ var('orders_relation') ~ "' has no column " ~ missing | join(', ') ~ ": name a table or view with "
            ~ columns | join(', ')
        ) }}
    {%- endif -%}
    {%- if not present['ordered_at'].startswith(('timestamp', 'datetime', 'date')) -%}
        {{ exceptions.raise_compiler_error(
            "ordered_at of orders_relation '" ~ var('orders_relation') ~ "' is of type " ~ present['ordered_at']
            ~ " and no time: name a view that makes a timestamp of it"
        ) }}
    {%- endif -%}
    {{ return(present) }}
{% endmacro %}


{# The rows of the shop's relation, read: what is no number or no possible time is null, blank texts too; times in UTC without a zone. #}
{% macro rows_of_orders() -%}
    {%- set types = order_columns() -%}
    {%- set zoned = 'with time zone' in types['ordered_at'] or types['ordered_at'].endswith('tz') -%}
    {%- set instant = utc_time('ordered_at', 'timestamptz' if zoned and target.type != 'snowflake' else types['ordered_at']) -%}
    select
        {{ order_text('order_id') }} as order_id,
        lower({{ order_text('email_address') }}) as email_address,
        {{ order_text('currency', 'upper') if 'currency' in types else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as currency,
        {{ amount_of_order(types['amount']) }} as amount,
        case when {{ amount_of_order(types['amount']) }} is null then {{ order_text('amount') }} end as amount__raw,
        {{ possible('cast(' ~ instant ~ ' as ' ~ timestamp_type() ~ ')') }} as ordered_at
    from {{ var('orders_relation') }}
{%- endmacro %}


{% macro order_text(column, spelling=none) -%}
    {%- set text = written('cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')') -%}
    {{ spelling ~ '(' ~ text ~ ')' if spelling else text }}
{%- endmacro %}


{# An amount as a number. Text is read where it is a plain number with a decimal point: a comma may part thousands as well, so that
   1,500 would be a guess. Numbers beyond a thousand million million, infinite ones and those that are none (NaN) would spoil sums. #}
{% macro amount_of_order(dtype) -%}
    {%- set kinds = ['int', 'dec', 'num', 'float', 'double', 'real', 'long'] -%}
    {%- set number = 'cast(amount as ' ~ float_type() ~ ')' -%}
    {%- if kinds | select('in', dtype) | list -%}
        case when {{ number }} between -1000000000000000 and 1000000000000000 then {{ number }} end
    {%- else -%}
        {%- set text = order_text('amount') -%}
        case
            when {{ regex_replace(text, '^[-+]?[0-9]{1,15}([.][0-9]{1,15})?$', '') }} = ''
                then cast({{ text }} as {{ float_type() }})
        end
    {%- endif -%}
{%- endmacro %}


{# Say, once a build, how many rows of the shop's relation are not counted as they stand there. #}
{% macro tell_odd_orders(rows) %}
    {%- if execute and flags.WHICH in ('run', 'build') and var('orders_relation') -%}
        {%- set odd = odd_orders(rows) -%}
        {%- if odd -%}
            {%- do exceptions.warn(
                "orders_relation '" ~ var('orders_relation') ~ "': " ~ odd | join(', ') ~ "; see outcome and amount__raw in " ~ rows
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{% macro odd_orders(rows) %}
    {%- set counts = {
        "outcome = 'again'": 'rows under an order_id that has its row (an order counts once)',
        "outcome = 'without_order_id'": 'rows without order_id (set aside)',
        "outcome = 'other_currency'": 'refunds in another currency than their order (set aside)',
        'amount__raw is not null': 'amounts that are no number (null)',
    } -%}
    {%- set parts = [] -%}
    {%- for condition in counts -%}
        {%- do parts.append(count_where(condition)) -%}
    {%- endfor -%}
    {%- set found = run_query('select ' ~ parts | join(', ') ~ ', count(distinct currency) from ' ~ rows).rows[0].values() -%}
    {%- set odd = [] -%}
    {%- for words in counts.values() -%}
        {%- if found[loop.index0] -%}
            {%- do odd.append(found[loop.index0] | int ~ ' ' ~ words) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if found[counts | length] and found[counts | length] > 1 -%}
        {%- do odd.append(found[counts | length] | int ~ ' currencies (campaign_revenue adds them up; attributed_orders has them apart)') -%}
    {%- endif -%}
    {{ return(odd) }}
{% endmacro %}
