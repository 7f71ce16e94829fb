{# The type of a column of a staging view, by its kind in the catalogue. #}
{% macro sql_type(kind) -%}
    {%- if kind == 'string' -%} {{ dbt.type_string() }}
    {%- elif kind == 'integer' -%} {{ dbt.type_bigint() }}
    {%- elif kind == 'float' -%} {{ float_type() }}
    {%- elif kind == 'boolean' -%} {{ dbt.type_boolean() }}
    {%- elif kind == 'timestamp' -%} {{ timestamp_type() }}
    {%- elif kind == 'date' -%} date
    {%- else -%} {{ exceptions.raise_compiler_error("unknown column kind " ~ kind ~ "; use string, integer, float, boolean, timestamp or date") }}
    {%- endif -%}
{%- endmacro %}


{# Eight bytes wide everywhere; dbt's own float type has four on DuckDB. #}
{% macro float_type() %}
    {{ return(adapter.dispatch('float_type', 'constant_contact')()) }}
{% endmacro %}


{% macro default__float_type() %}
    {{ return('double precision') }}
{% endmacro %}


{% macro spark__float_type() %}
    {{ return('double') }}
{% endmacro %}


{% macro trino__float_type() %}
    {{ return('double') }}
{% endmacro %}


{% macro bigquery__float_type() %}
    {{ return('float64') }}
{% endmacro %}


{# A time without a zone; on Spark, whose sessions must then be in UTC (see `session_must_be_in_utc`), an instant. #}
{% macro timestamp_type() %}
    {{ return(adapter.dispatch('timestamp_type', 'constant_contact')()) }}
{% endmacro %}


{% macro default__timestamp_type() %}
    {{ return(dbt.type_timestamp()) }}
{% endmacro %}


{% macro snowflake__timestamp_type() %}
    {{ return('timestamp_ntz') }}
{% endmacro %}


{% macro bigquery__timestamp_type() %}
    {{ return('datetime') }}
{% endmacro %}


{% macro trino__timestamp_type() %}
    {{ return('timestamp(6)') }}
{% endmacro %}


{# What a type that is named in _marts.yml is called on this engine. #}
{% macro engine_type(data_type) %}
    {%- set name = data_type | lower -%}
    {%- if name == 'text' -%} {{ return(dbt.type_string()) }}
    {%- elif name == 'bigint' -%} {{ return(dbt.type_bigint()) }}
    {%- elif name == 'double precision' -%} {{ return(float_type()) }}
    {%- elif name.startswith('timestamp') -%} {{ return(timestamp_type()) }}
    {%- endif -%}
    {{ return(data_type) }}
{% endmacro %}


{# dbt's own check of a contract, with the types of _marts.yml in this engine's words. The table is made from the same columns. #}
{% macro default__get_assert_columns_equivalent(sql) %}
    {%- for column in model['columns'].values() -%}
        {%- do column.update({'data_type': engine_type(column['data_type'])}) -%}
    {%- endfor -%}
    {{ return(assert_columns_equivalent(sql)) }}
{% endmacro %}
