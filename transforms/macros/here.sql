{#
A relation as a view names it for good. The name of a DuckDB file is a part of the full name, so a view with full names is
broken in a copy of the file that is called otherwise, such as the published one.
#}
{% macro here(relation) -%}
    {{ return(relation.include(database=false) if target.name == 'duckdb' else relation) }}
{%- endmacro %}
