{#
The account whose rows a mart holds, as text; null where the account is not loaded. One dataset holds one account, so it is
looked up once for each model and stands in the compiled SQL as a constant.
#}
{% macro account_id() -%}
    {%- set id = account_value('encoded_account_id') -%}
    cast({{ "null" if id is none else text_literal(id) }} as {{ dbt.type_string() }})
{%- endmacro %}


{# A column of the account's only row; none where the account, or the column, is not loaded, and in unit tests, whose rows are nobody's. #}
{% macro account_value(column) %}
    {%- if model is defined and model.resource_type == 'unit_test' -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set relation = raw_relation('account') -%}
    {%- if relation is none -%}
        {{ return(none) }}
    {%- elif column not in adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(run_query('select max(' ~ column ~ ') from ' ~ relation).columns[0].values()[0]) }}
{% endmacro %}


{#
The rows of one mart in every dataset that the variable `account_datasets` names, with the dataset in front. Columns are those
of the mart's contract; one that a dataset built by an older version lacks is null there.
#}
{% macro union_of_accounts(mart) %}
    {{ config(alias=mart) }}
    {%- if not execute -%}
        {{ return('select 1 as nothing') }}
    {%- endif -%}
    {%- set columns = graph.nodes['model.constant_contact.' ~ mart].columns.values() -%}
    {%- for dataset in var('account_datasets') %}
    {%- set relation = built_mart(dataset, mart) -%}
    {%- set present = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list %}
    select
        cast('{{ dataset }}' as {{ dbt.type_string() }}) as dataset_name
    {%- for column in columns %},
        {% if column.name in present %}{{ column.name }}{% else %}cast(null as {{ engine_type(column.data_type) }}) as {{ column.name }}{% endif %}
    {%- endfor %}
    from {{ relation }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
{% endmacro %}


{#
Before models are built: dbt lists the marts of each dataset while one thread runs. Listed by the first model that asks, a
second one that asks meanwhile takes what dbt has noted so far for all there is (dbt-adapters, `list_relations`).
#}
{% macro list_account_datasets() %}
    {%- if execute -%}
        {%- for dataset in var('account_datasets', []) -%}
            {%- do adapter.get_relation(database=target.database, schema=dataset ~ '_analytics', identifier='contacts') -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{% macro built_mart(dataset, mart) %}
    {%- set relation = adapter.get_relation(database=target.database, schema=dataset ~ '_analytics', identifier=mart) -%}
    {%- if relation is none -%}
        {{ exceptions.raise_compiler_error(
            "mart " ~ mart ~ " is not in dataset '" ~ dataset ~ "_analytics': build the marts of '" ~ dataset ~ "' first, or take it"
            " out of account_datasets"
        ) }}
    {%- endif -%}
    {{ return(relation) }}
{% endmacro %}
