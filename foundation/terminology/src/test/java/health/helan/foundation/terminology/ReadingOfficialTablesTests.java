package health.helan.foundation.terminology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.terminology.load.CodeTable;
import health.helan.foundation.terminology.load.TableMapping;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of codes in the forms that they are published in; the contents are made up. */
class ReadingOfficialTablesTests {
  private static Path folder;

  @BeforeAll
  static void take(@TempDir Path given) {
    folder = given;
  }

  private CodeTable read(String name, String content, Charset charset, String mapping)
      throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, content.getBytes(charset));
    return CodeTable.read(file, TableMapping.named(mapping));
  }

  private static List<String> row(CodeTable table, String code) {
    return table.rows().stream()
        .filter(row -> row.getFirst().equals(code))
        .findFirst()
        .orElseThrow();
  }

  private static final String ICD =
      "疾病分类与代码（示例）,\n主要编码,疾病名称\nE11,2型糖尿病\nE11.9,2型糖尿病不伴有并发症\n"
          + "E11.900x001,\"糖尿病,2型\"\nA09.9,胃肠炎\n,没有编码\nE11.9,重复\n";

  @Test
  void putCodesBelowThoseThatTheyBeginWithAndBelowTheChapters() throws IOException {
    for (Charset charset : List.of(StandardCharsets.UTF_8, Charset.forName("GB18030"))) {
      CodeTable table = read("icd.csv", ICD, charset, "icd10-cn");
      assertThat(row(table, "E11.900x001").subList(1, 4)).containsExactly("糖尿病,2型", "", "E11.9");
      assertThat(row(table, "E11.9").get(3)).isEqualTo("E11");
      assertThat(row(table, "E11").get(3)).isEqualTo("E10-E14");
      assertThat(row(table, "A09.9").get(3)).isEqualTo("A00-A09");
      assertThat(row(table, "E10-E14").get(3)).isEqualTo("E00-E90");
      assertThat(table.skipped()).hasSize(2);
    }
  }

  @Test
  void keepPropertiesOfLoinc() throws IOException {
    CodeTable table =
        read(
            "Loinc.csv",
            "\"LOINC_NUM\",\"COMPONENT\",\"CLASS\",\"STATUS\",\"LONG_COMMON_NAME\"\n"
                + "\"1-8\",\"Made up\",\"CHEM\",\"ACTIVE\",\"Made up in Blood\"\n"
                + "\"2-6\",\"Old\",\"CHEM\",\"DEPRECATED\",\"Old in Blood\"\n",
            StandardCharsets.UTF_8,
            "loinc");
    assertThat(row(table, "1-8"))
        .containsSequence("1-8", "", "Made up in Blood", "", "")
        .containsSequence("CLASS", "CHEM");
    assertThat(row(table, "2-6").get(4)).isEqualTo("inactive");
  }

  @Test
  void takeAnyTableWithAHeaderAndAnyLetters() throws IOException {
    CodeTable table =
        read(
            "local.txt",
            "\uFEFF代码\t名称\t上级代码\t状态\n1\t甲\t\t\n11\t乙\t1\t停用\n",
            StandardCharsets.UTF_8,
            "generic");
    assertThat(row(table, "11")).containsExactly("11", "乙", "", "1", "inactive");
  }

  @Test
  void readExcel() throws IOException {
    Path file = folder.resolve("codes.xlsx");
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      entry(
          zip,
          "[Content_Types].xml",
          "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>");
      entry(
          zip,
          "_rels/.rels",
          "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
      entry(
          zip,
          "xl/workbook.xml",
          "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>");
      entry(
          zip,
          "xl/_rels/workbook.xml.rels",
          "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>");
      entry(
          zip,
          "xl/worksheets/sheet1.xml",
          "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>编码</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>名称</t></is></c></row><row r=\"2\"><c r=\"A2\"><v>47.01</v></c><c r=\"B2\" t=\"inlineStr\"><is><t>切除术</t></is></c></row></sheetData></worksheet>");
    }
    CodeTable table = CodeTable.read(file, TableMapping.named("icd9cm3-cn"));
    assertThat(row(table, "47.01").subList(1, 4)).containsExactly("切除术", "", "42-54");
  }

  private static void entry(ZipOutputStream zip, String name, String content) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + content).getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  @Test
  void sayWhatIsMissing() {
    assertThatExceptionOfType(CodeTable.Unreadable.class)
        .isThrownBy(() -> read("x.csv", "a,b\n1,2\n", StandardCharsets.UTF_8, "generic"))
        .withMessageContaining("No header line")
        .satisfies(e -> assertThat(e.chinese()).contains("没有找到表头"));
    assertThatExceptionOfType(CodeTable.Unreadable.class)
        .isThrownBy(() -> read("x.xlsx", "no workbook", StandardCharsets.UTF_8, "generic"));
  }
}
