{#
The only place that knows that a raw table, or a column of it, may be missing.

A sync of selected tables leaves the others out, and an account that never used a feature may lack columns.
Both become typed nulls here, so that every model above has its columns. Timestamps become UTC without a zone:
a session's own zone must not move a mart's dates.
#}
{% macro raw_table(table, columns) %}
    {%- set relation = raw_relation(table) -%}
    {%- set present = {} -%}
    {%- if relation is not none -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do present.update({column.name | lower: column.dtype | lower}) -%}
        {%- endfor -%}
    {%- endif -%}
    select
    {%- for name, kind in columns.items() %}
        {% if name in present %}{{ raw_column(name, kind, present[name]) }}
        {%- else %}cast(null as {{ sql_type(kind) }})
        {%- endif %} as {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
    from {% if relation is not none %}{{ here(source('constant_contact', table)) }}
    {%- else %}(select 1 as missing_table) as nothing
    where false
    {%- endif %}
{% endmacro %}


{# The raw table, or none where it is not loaded (and while dbt only parses). #}
{% macro raw_relation(table) %}
    {%- if not execute -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set relation = loaded_relation(source('constant_contact', table)) -%}
    {%- if relation is none -%}
        {%- do raw_dataset_must_exist() -%}
    {%- endif -%}
    {{ return(relation) }}
{% endmacro %}


{% macro loaded_relation(declared) %}
    {{ return(adapter.get_relation(database=declared.database, schema=declared.schema, identifier=declared.identifier)) }}
{% endmacro %}


{# One missing table is nothing loaded yet; all of them missing is the wrong place, and empty marts there would look like success. #}
{% macro raw_dataset_must_exist() %}
    {%- if execute -%}
        {%- set declared = graph.sources.values() | selectattr('source_name', 'equalto', 'constant_contact')
            | rejectattr('name', 'equalto', '_dlt_loads') | list -%}
        {%- for one in declared -%}
            {%- if loaded_relation(one) is not none -%}
                {{ return('') }}
            {%- endif -%}
        {%- endfor -%}
        {%- if not declared -%}
            {{ return('') }}
        {%- endif -%}
        {{ exceptions.raise_compiler_error(
            "no raw table is in dataset '" ~ declared[0].schema ~ "' of database '" ~ declared[0].database ~ "': looked for "
            ~ declared[0].name ~ " and " ~ (declared | length - 1) ~ " others; load them with `ctct sync`, or name the dataset"
            " that holds them"
        ) }}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}


{# true or false, as SQL: what a null count and a zero differ by. #}
{% macro is_loaded(table) -%}
    {%- if raw_relation(table) is not none -%} true {%- else -%} false {%- endif -%}
{%- endmacro %}


{# Whether contacts have a recency_tier. #}
{% macro is_tier_known() -%}
    {{ is_loaded('email_sends') }} and {{ is_loaded('email_opens') }}
{%- endmacro %}


{% macro raw_column(name, kind, dtype) -%}
    {%- set value = utc_time(name, dtype) if kind in ['timestamp', 'date'] else name -%}
    cast({{ value }} as {{ sql_type(kind) }})
{%- endmacro %}
