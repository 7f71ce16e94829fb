{# A relation of a shop that lacks a column is named with what it lacks, before a database complains of one column at a time. #}
{% macro orders_must_have(columns) %}
    {%- if execute -%}
        {%- set present = get_columns_in_query('select * from ' ~ var('orders_relation') ~ ' where 1 = 0') | map('lower') | list -%}
        {%- set missing = columns | reject('in', present) | list -%}
        {%- if missing -%}
            {{ exceptions.raise_compiler_error(
                "orders_relation '" ~ var('orders_relation') ~ "' has no column " ~ missing | join(', ') ~ ": name a table or view with "
                ~ columns | join(', ')
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
