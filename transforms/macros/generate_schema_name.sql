{# Marts go to the target's own dataset, unions over accounts to all_accounts, every other layer to <raw dataset>_<layer>. Never <raw dataset>_staging: the loader owns it. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- elif custom_schema_name == 'all_accounts' -%}
        all_accounts
    {%- else -%}
        {{ var('raw_dataset') }}_{{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}
