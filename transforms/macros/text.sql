{# SQL of a text, whatever is in it. #}
{% macro text_literal(value) -%}
    '{{ dbt.escape_single_quotes(value) }}'
{%- endmacro %}


{# All matches of a regular expression replaced. Write patterns that need no backslash: engines differ in how a literal holds one. #}
{% macro regex_replace(column, pattern, replacement) -%}
    {{ return(adapter.dispatch('regex_replace', 'constant_contact')(column, pattern, replacement)) }}
{%- endmacro %}


{% macro default__regex_replace(column, pattern, replacement) -%}
    regexp_replace({{ column }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}


{# The first match alone, without the flag. #}
{% macro duckdb__regex_replace(column, pattern, replacement) -%}
    regexp_replace({{ column }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}


{% macro postgres__regex_replace(column, pattern, replacement) -%}
    {{ duckdb__regex_replace(column, pattern, replacement) }}
{%- endmacro %}


{% macro redshift__regex_replace(column, pattern, replacement) -%}
    {{ default__regex_replace(column, pattern, replacement) }}
{%- endmacro %}


{# White space, for a regular expression. #}
{% macro regex_blank() %}
    {{ return(adapter.dispatch('regex_blank', 'constant_contact')()) }}
{% endmacro %}


{% macro default__regex_blank() %}
    {{ return('[[:space:]]') }}
{% endmacro %}


{# Java knows no [:space:]; its literals need the backslash twice. #}
{% macro spark__regex_blank() %}
    {{ return('\\\\s') }}
{% endmacro %}


{% macro trino__regex_blank() %}
    {{ return('\\s') }}
{% endmacro %}


{# Text without any of some characters at its beginning. #}
{% macro trim_start(column, characters) -%}
    {{ return(adapter.dispatch('trim_start', 'constant_contact')(column, characters)) }}
{%- endmacro %}


{% macro default__trim_start(column, characters) -%}
    ltrim({{ column }}, {{ text_literal(characters) }})
{%- endmacro %}


{% macro spark__trim_start(column, characters) -%}
    trim(leading {{ text_literal(characters) }} from {{ column }})
{%- endmacro %}


{% macro trino__trim_start(column, characters) -%}
    {{ spark__trim_start(column, characters) }}
{%- endmacro %}


{# Text without any of some characters at its end. #}
{% macro trim_end(column, characters) -%}
    {{ return(adapter.dispatch('trim_end', 'constant_contact')(column, characters)) }}
{%- endmacro %}


{% macro default__trim_end(column, characters) -%}
    rtrim({{ column }}, {{ text_literal(characters) }})
{%- endmacro %}


{% macro spark__trim_end(column, characters) -%}
    trim(trailing {{ text_literal(characters) }} from {{ column }})
{%- endmacro %}


{% macro trino__trim_end(column, characters) -%}
    {{ spark__trim_end(column, characters) }}
{%- endmacro %}


{# In place of dbt's own for Spark, which fails where a part is missing. #}
{% macro spark__split_part(string_text, delimiter_text, part_number) -%}
    split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }})
{%- endmacro %}


{# The values of a JSON array of numbers or ids, kept as text such as [1,2] or ["a"], with commas between them. By text functions,
   since these are the same on all engines and their JSON functions are not. #}
{% macro json_array_items(column) -%}
    replace(replace(replace(replace({{ column }}, '[', ''), ']', ''), '"', ''), ' ', '')
{%- endmacro %}


{# Whether such an array holds a value. #}
{% macro json_array_holds(column, value) -%}
    {{ position_of("',' || " ~ value ~ " || ','", "',' || " ~ json_array_items(column) ~ " || ','") }} > 0
{%- endmacro %}


{# Where a text begins in another, from 1; 0 where it is not in it. #}
{% macro position_of(part, whole) -%}
    {{ dbt.position(part, whole) | trim }}
{%- endmacro %}
