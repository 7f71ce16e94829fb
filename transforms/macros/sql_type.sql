{# `double precision` by name: dbt's own float type is four bytes wide on DuckDB and eight on PostgreSQL. #}
{% macro sql_type(kind) -%}
    {%- if kind == 'string' -%} {{ dbt.type_string() }}
    {%- elif kind == 'integer' -%} {{ dbt.type_bigint() }}
    {%- elif kind == 'float' -%} double precision
    {%- elif kind == 'boolean' -%} {{ dbt.type_boolean() }}
    {%- elif kind == 'timestamp' -%} {{ dbt.type_timestamp() }}
    {%- elif kind == 'date' -%} date
    {%- else -%} {{ exceptions.raise_compiler_error("unknown column kind " ~ kind ~ "; use string, integer, float, boolean, timestamp or date") }}
    {%- endif -%}
{%- endmacro %}
