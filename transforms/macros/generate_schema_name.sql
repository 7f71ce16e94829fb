{# Marts go to the target's own dataset, every other layer to <raw dataset>_<layer>. Never <raw dataset>_staging: the loader owns it. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- else -%}
        {{ var('raw_dataset') }}_{{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}
