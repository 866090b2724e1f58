"""Pairs of statements: one that takes data away or changes it, and one that looks like it and does neither."""

from __future__ import annotations

POSTGRESQL = [
    ("DROP TABLE item", "DROP INDEX item_name"),
    ("DROP TABLE IF EXISTS item, shelf CASCADE", "DROP VIEW IF EXISTS items CASCADE"),
    ("DROP SCHEMA archive CASCADE", "CREATE SCHEMA archive"),
    ("DROP DATABASE old", "CREATE DATABASE new"),
    ("ALTER TABLE item DROP COLUMN price", "ALTER TABLE item DROP CONSTRAINT price_check"),
    ("ALTER TABLE item DROP price, ADD cost int", "ALTER TABLE item ADD cost int, ADD size int"),
    ("ALTER TABLE ONLY public.item RENAME COLUMN name TO title", "ALTER TABLE item RENAME CONSTRAINT a TO b"),
    ("ALTER TABLE item RENAME TO article", "ALTER INDEX item_name RENAME TO article_name"),
    ("ALTER TABLE item ALTER COLUMN price DROP NOT NULL", "ALTER TABLE item ALTER COLUMN price SET NOT NULL"),
    ("ALTER TABLE item ALTER price SET DATA TYPE bigint", "ALTER TABLE item ALTER price SET DEFAULT 0"),
    ("TRUNCATE item RESTART IDENTITY", "ANALYZE item"),
    ("DELETE FROM item WHERE price = 0", "SELECT 'DELETE FROM item WHERE price = 0'"),
    ("DELETE FROM ONLY item USING shelf WHERE item.id = shelf.id", "COMMENT ON TABLE item IS 'DELETE FROM item'"),
    ("UPDATE item SET price = 1", "-- UPDATE item SET price = 1\nSELECT 1"),
    ("WITH old AS (DELETE FROM item RETURNING *) INSERT INTO archive SELECT * FROM old", "WITH old AS (SELECT * FROM item) INSERT INTO archive SELECT * FROM old"),
    ("INSERT INTO item VALUES (1) ON CONFLICT (id) DO UPDATE SET price = 2", "INSERT INTO item VALUES (1) ON CONFLICT (id) DO NOTHING"),
    ("MERGE INTO item USING news ON true WHEN MATCHED THEN DELETE", "CREATE TABLE merge (id int)"),
    ("DO $$ BEGIN UPDATE item SET price = 1; END $$", "CREATE FUNCTION f() RETURNS void AS $$ UPDATE item SET price = 1 $$ LANGUAGE sql"),
]  # fmt: skip
MYSQL = [
    ("DROP TABLE `item`", "DROP INDEX `item_name` ON `item`"),
    ("ALTER TABLE `item` DROP `price`", "ALTER TABLE `item` DROP KEY `price`"),
    ("ALTER TABLE `item` DROP COLUMN `price`", "ALTER TABLE `item` DROP FOREIGN KEY `price`"),
    ("ALTER TABLE `item` CHANGE `name` `title` text", "ALTER TABLE `item` ADD `title` text AFTER `name`"),
    ("ALTER TABLE `item` MODIFY COLUMN `name` varchar(10)", "ALTER TABLE `item` ALTER `name` SET DEFAULT 'x'"),
    ("RENAME TABLE `item` TO `article`", "ALTER TABLE `item` RENAME INDEX `a` TO `b`"),
    ("ALTER TABLE `item` DROP PARTITION p0", "ALTER TABLE `item` ADD PARTITION (PARTITION p1 VALUES LESS THAN (9))"),
    ("TRUNCATE TABLE `item`", "OPTIMIZE TABLE `item`"),
    ("DELETE LOW_PRIORITY FROM `item` LIMIT 5", 'SELECT "DELETE FROM `item`; it\\"s"'),
    ("DELETE `item` FROM `item` JOIN `shelf` ON 1 = 1", "SELECT `delete` FROM `item`"),
    ("UPDATE IGNORE `item` SET `price` = 1", "SELECT 1 # UPDATE `item` SET `price` = 1"),
    ("REPLACE INTO `item` VALUES (1)", "SELECT REPLACE(`name`, 'a', 'b') FROM `item`"),
    ("INSERT INTO `item` VALUES (1) ON DUPLICATE KEY UPDATE `price` = 2", "INSERT IGNORE INTO `item` VALUES ('ON DUPLICATE KEY UPDATE')"),
    ("/*!40000 DROP TABLE `item` */", "/* DROP TABLE `item` */ SELECT `a` FROM `b`"),
]  # fmt: skip
SQLITE = [
    ("DROP TABLE item", "DROP TRIGGER item_changed"),
    ("ALTER TABLE item DROP COLUMN price", "ALTER TABLE item ADD COLUMN price"),
    ("ALTER TABLE item RENAME TO article", "CREATE TABLE article AS SELECT * FROM item"),
    ("ALTER TABLE item RENAME name TO title", "CREATE INDEX rename ON item (name)"),
    ("DELETE FROM item", "PRAGMA foreign_keys = OFF"),
    ("UPDATE OR IGNORE item SET price = 1", "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE item SET price = 1; DELETE FROM b; END"),
    ("INSERT OR REPLACE INTO item VALUES (1)", "INSERT OR IGNORE INTO item VALUES (1)"),
    ("REPLACE INTO item VALUES (1)", "SELECT replace(name, 'a', 'b') FROM item"),
    ("INSERT INTO item VALUES (1) ON CONFLICT DO UPDATE SET price = 1", "INSERT INTO item VALUES ('x') ON CONFLICT DO NOTHING"),
    ("CREATE TABLE new_item (id int);\nDROP TABLE item", "CREATE TABLE new_item (id int);\nINSERT INTO new_item SELECT id FROM item;\nDROP TABLE item;\nALTER TABLE new_item RENAME TO item"),
    ("CREATE TABLE other (id int);\nDELETE FROM item", "CREATE TEMP TABLE item (id int);\nDELETE FROM item"),
    ("ALTER TABLE item ADD COLUMN cost;\nUPDATE item SET cost = 1, price = 2", "ALTER TABLE item ADD COLUMN cost;\nUPDATE item SET cost = 1"),
]  # fmt: skip
SQL_SERVER = [
    ("DROP TABLE [dbo].[item]", "DROP INDEX [item_name] ON [dbo].[item]"),
    ("ALTER TABLE [dbo].[item] DROP COLUMN [price]", "ALTER TABLE [dbo].[item] DROP CONSTRAINT [price_check]"),
    ("ALTER TABLE [dbo].[item]\nDROP CONSTRAINT [a], COLUMN [price]", "ALTER TABLE [dbo].[item]\nADD [price] INT"),
    ("ALTER TABLE [dbo].[item] ALTER COLUMN [price] BIGINT", "ALTER TABLE [dbo].[item] ADD DEFAULT 1 FOR [price]"),
    ("EXEC sp_rename 'dbo.item.name', 'title', 'COLUMN'", "EXEC sp_rename 'dbo.item.item_name', 'item_title', 'INDEX'"),
    ("EXEC sp_rename N'dbo.item', N'article'", "EXEC sp_help N'dbo.item'"),
    ("TRUNCATE TABLE [dbo].[item]", "UPDATE STATISTICS [dbo].[item]"),
    ("DELETE TOP (5) FROM [dbo].[item]", "PRINT 'DELETE FROM [dbo].[item]'\nSELECT [a] FROM [b]"),
    ("DELETE [i] FROM [dbo].[item] [i]", "CREATE TABLE #item ([id] INT)\nDELETE FROM #item"),
    ("UPDATE [dbo].[item]\nSET [price] = 1", "CREATE PROC [dbo].[p] AS\nUPDATE [dbo].[item] SET [price] = 1"),
    ("IF EXISTS (SELECT 1 FROM [a])\nBEGIN\n    DELETE FROM [dbo].[item]\nEND", "IF EXISTS (SELECT 1 FROM [a])\nBEGIN\n    PRINT 'nothing'\nEND"),
    ("MERGE INTO [dbo].[item] USING [news] ON 1 = 1 WHEN MATCHED THEN DELETE;", "CREATE TABLE [dbo].[merge] ([id] INT)"),
    ("SELECT 1\nGO\nDROP TABLE [dbo].[item]\nGO", "SELECT 1\nGO\nCREATE TABLE [dbo].[go] ([id] INT)\nGO"),
    ("CREATE VIEW [v] AS SELECT 1 AS [a]\nGO\nDELETE FROM [dbo].[item]", "CREATE VIEW [v] AS SELECT [update] FROM [dbo].[item]\nGO\nSELECT 1"),
    ("SELECT [it's]; DELETE FROM [dbo].[item]", "SELECT [it's; DELETE FROM item] FROM [a]"),
    ("DECLARE @a INT = 1\nUPDATE [dbo].[item] SET [price] = @a", "DECLARE @item TABLE ([id] INT)\nSELECT [id] FROM @item"),
]  # fmt: skip
ALL = {
    f"{name}: {statement}": pair
    for name, pairs in (
        ("postgresql", POSTGRESQL),
        ("mysql", MYSQL),
        ("sqlite", SQLITE),
        ("sqlserver", SQL_SERVER),
    )
    for pair in pairs
    for statement in pair[:1]
}
