"""What leaves a migration as it is, and what does not, in the languages of the tools."""

from __future__ import annotations

import pytest

from immutable_delivery.formats import migration
from immutable_delivery.source.text import Text

DJANGO = "def fill({}):\n{}\n\nclass Migration(migrations.Migration):\n    operations = [migrations.RunPython(fill{})]\n"
ALEMBIC = "down_revision = None\n\ndef upgrade(){}:\n{}\n"
RAILS = "class A < ActiveRecord::Migration[7.1]\n  def change\n{}\n  end\nend\n"
PYTHON, RUBY, CODE = (
    "shop/migrations/0001_a.py",
    "db/migrate/20260101000000_a.rb",
    "migrations/20260101000000_a.ts",
)
VERSION = "migrations/versions/0123456789ab_a.py"


@pytest.mark.parametrize(
    ("path", "one", "other", "expected"),
    [
        (PYTHON, DJANGO.format("apps, editor", "    a(apps)", ""), DJANGO.format("apps: Apps, editor: Any", "    # fills\n    a(\n        apps,\n    )", ", migrations.RunPython.noop"), True),
        (PYTHON, DJANGO.format("apps, editor", "    a(apps)", ""), DJANGO.format("apps, editor", "    b(apps)", ""), False),
        (PYTHON, DJANGO.format("apps", "    if a:\n        b()\n        c()", ""), DJANGO.format("apps", "    if a:\n        b()\n    c()", ""), False),
        (VERSION, ALEMBIC.format("", '    op.drop_table("a")'), ALEMBIC.format(" -> None", '    """Go up."""\n    op.drop_table(\'a\')'), True),
        (VERSION, ALEMBIC.format("", '    op.execute("SELECT 1")'), ALEMBIC.format("", '    op.execute("SET lock_timeout = 5")\n    op.execute(sa.text("SELECT  1"))'), True),
        (VERSION, ALEMBIC.format("", '    op.add_column("a", sa.Column("b", sa.Text()))'), ALEMBIC.format("", '    op.add_column("a", sa.Column("b", sa.String()))'), False),
        (RUBY, RAILS.format("    add_column :a, :b, :string, :null => true"), RAILS.format('    add_column(:a, "b", :string, null: true) # c'), True),
        (RUBY, RAILS.format("    add_column :a, :b, :string\n    add_index :a, [:b, :c]"), RAILS.format("    change_table(:a, bulk: true) do |t|\n      t.string :b\n      t.index %i[b c]\n    end"), True),
        (RUBY, RAILS.format("    add_column :a, :b, :string"), RAILS.format("    safety_assured { add_column :a, :b, :string }"), True),
        (RUBY, RAILS.format("    execute <<-SQL\n      UPDATE a \n      SET b = 1 \n    SQL"), RAILS.format("    execute <<-SQL\n      UPDATE a#{' '}\n        SET b = 1\n    SQL"), True),
        (RUBY, RAILS.format("    execute <<-SQL\n      UPDATE a SET b = 1\n    SQL"), RAILS.format("    execute <<-SQL\n      UPDATE a SET b = 2\n    SQL"), False),
        (RUBY, RAILS.format("    add_column :a, :b, :string"), RAILS.format("    add_column :a, :b, :text"), False),
        (CODE, "export async function up(k) {\n  await k('a').del();\n}\nexport async function down(k) {}\n", 'export async function up(k) {\n  // b\n  await k("a").del()\n}\nexport async function down(k) { k.b() }\n', True),
        (CODE, "exports.up = async k => {\n  await k.tx(async t => {\n    await k.raw(`alter table a\\\n  add b`, {a: 'b'});\n  })\n}\n", 'exports.up = async (k) => {\n  await k.tx(\n    async (t) => {\n      await k.raw(\n        `alter table a\n        add b`,\n        { a: "b" },\n      );\n    },\n  );\n};\n', True),
        (CODE, "module.exports = {\n  up: function(k, s) {\n    k.a('b');\n  },\n  down: function(k) {}\n}\n", "module.exports = {\n  async up(k, s) {\n    await k.a('b');\n  },\n  async down(k) {}\n};\n", True),
        (CODE, "module.exports = {\n  up: k => {\n    k.a('b');\n  },\n}\n", "module.exports = {\n  up: async (k) => {\n    await k.a('b');\n    await k.a('c');\n  },\n};\n", False),
        (CODE, "exports.up = async k => {\n  await k.raw(`alter table a`);\n}\n", "exports.up = async k => {\n  await k.raw(`alter table ab`);\n}\n", False),
        (CODE, "export async function up(k) {\n  await k('a').del();\n}\n", "export async function up(k) {\n  await k('b').del();\n}\n", False),
    ],
)  # fmt: skip
def test_equal(path: str, one: str, other: str, expected: bool) -> None:
    both = [
        [step.normal for step in migration.parse(Text(path, code)).spec.steps]
        for code in (one, other)
    ]
    assert all(both)
    assert (both[0] == both[1]) is expected
