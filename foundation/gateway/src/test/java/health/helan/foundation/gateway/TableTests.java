package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.gateway.table.Table;
import health.helan.foundation.store.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What files of rows become. */
class TableTests {
  private static final Charset GB18030 = Charset.forName("GB18030");

  private static GatewayForTests house;
  private static Feed residents;
  private static Feed results;

  @BeforeAll
  static void open() {
    house = GatewayForTests.open();
    residents = house.feed("residents", "{\"format\":\"table\",\"table\":\"residents\"}");
    results = house.feed("results", "{\"format\":\"table\",\"table\":\"results\"}");
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static Receipt take(Feed feed, byte[] file) {
    return house.gateway.take(feed, file, "127.0.0.1");
  }

  private static Receipt take(Feed feed, String file) {
    return take(feed, file.getBytes(StandardCharsets.UTF_8));
  }

  /** Of all, taken, failed. */
  private static List<String> rows(Receipt file) {
    return house.message(file.id()).findings().stream()
        .filter(each -> each.key().equals("gateway.found-rows"))
        .findFirst()
        .orElseThrow()
        .arguments();
  }

  private static List<Message> dead(String feed) {
    return house.gateway.find(
        List.of(feed), null, null, null, List.of(State.DEAD), null, null, null, 100);
  }

  @Test
  void giveAResourceForEachRowWhateverTheirDatesAndSignsAreLike() {
    String file =
        "宁静县居民名册,,,\n患者编号,姓 名,性别,出生日期,身份证号\nT1,甲一,男,1950/1/5,11010519491231002X\n"
            + "T2,甲二,女,1951年12月31日,\n\nT3,甲三,1,19520203,\nT4,\"甲,四\",2,1953-04,\n";
    Receipt receipt = take(residents, file);
    assertThat(GatewayForTests.whole(receipt)).isEmpty();
    assertThat(rows(receipt)).containsExactly("4", "4", "0");
    JsonNode one = house.only("Patient", "identifier", "T1");
    assertThat(one.at("/birthDate").asString()).isEqualTo("1950-01-05");
    assertThat(one.at("/gender").asString()).isEqualTo("male");
    assertThat(one.at("/identifier/1/system").asString()).isEqualTo("urn:oid:2.16.156.10011.1.3");
    assertThat(house.only("Patient", "identifier", "T2").at("/birthDate").asString())
        .isEqualTo("1951-12-31");
    assertThat(house.only("Patient", "identifier", "T3").at("/birthDate").asString())
        .isEqualTo("1952-02-03");
    JsonNode four = house.only("Patient", "identifier", "T4");
    assertThat(four.at("/birthDate").asString()).isEqualTo("1953-04");
    assertThat(four.at("/name/0/text").asString()).isEqualTo("甲,四");
  }

  @Test
  void mayComeInGb18030WithTabsOrInUtf8WithAMark() {
    take(residents, "患者编号\t姓名\nG1\t张喆\n".getBytes(GB18030));
    assertThat(house.only("Patient", "identifier", "G1").at("/name/0/text").asString())
        .isEqualTo("张喆");
    take(residents, "\uFEFF患者编号;姓名\r\nG2;李四\r\n");
    assertThat(house.only("Patient", "identifier", "G2").at("/name/0/text").asString())
        .isEqualTo("李四");
  }

  @Test
  void putARowThatFailsAsideAloneWithItsNumberAndReason() {
    Receipt receipt = take(residents, "患者编号,姓名\nF1,好\n,没有编号\nF3,也好\n");
    assertThat(receipt.state()).isEqualTo(State.DONE);
    assertThat(rows(receipt)).containsExactly("3", "2", "1");
    assertThat(house.find("Patient", "identifier", "F1,F3")).hasSize(2);
    Message row =
        dead("residents").stream()
            .filter(each -> each.control().startsWith(receipt.id()))
            .findFirst()
            .orElseThrow();
    assertThat(row.control()).isEqualTo(receipt.id() + "#3");
    assertThat(java.util.Objects.requireNonNull(row.reason()).key())
        .isEqualTo("gateway.no-identifier");
    assertThat(row.findings()).contains(new Finding("gateway.found-of-file", "#3", receipt.id()));
    // Somebody mends that row, and that row alone.
    String text = new String(house.gateway.content(row.id(), 0), StandardCharsets.UTF_8);
    assertThat(text).contains("没有编号");
    Receipt mended =
        house.gateway.replay(
            row.id(),
            text.replace("\"cells\":{", "\"cells\":{\"患者编号\":\"F2\",")
                .getBytes(StandardCharsets.UTF_8),
            Gateway.Overtaken.REFUSE,
            GatewayForTests.ROOT);
    assertThat(mended.state()).isEqualTo(State.DONE);
    assertThat(house.only("Patient", "identifier", "F2").at("/name/0/text").asString())
        .isEqualTo("没有编号");
  }

  @Test
  void areTakenOnceAndUpdateWhatTheyNameAgain() {
    String file = "患者编号,姓名,联系电话\nO1,一,1\nO2,二,2\n";
    Receipt first = take(residents, file);
    assertThat(take(residents, file).id()).isEqualTo(first.id());
    Receipt next = take(residents, "患者编号,姓名,联系电话\nO1,一,1\nO2,二,3\n");
    assertThat(next.id()).isNotEqualTo(first.id());
    JsonNode same = house.only("Patient", "identifier", "O1");
    JsonNode changed = house.only("Patient", "identifier", "O2");
    assertThat(same.at("/meta/versionId").asString()).isEqualTo("1");
    assertThat(changed.at("/meta/versionId").asString()).isEqualTo("2");
    assertThat(changed.at("/telecom/0/value").asString()).isEqualTo("3");
  }

  @Test
  void keepTheOrderOfRowsAboutOnePerson() {
    var file = new StringBuilder("患者编号,姓名,联系电话\n");
    for (int i = 1; i <= 60; i++) {
      file.append("R").append(i % 3).append(",人,").append(i).append('\n');
    }
    assertThat(rows(take(residents, file.toString()))).containsExactly("60", "60", "0");
    for (int i = 0; i < 3; i++) {
      assertThat(house.only("Patient", "identifier", "R" + i).at("/telecom/0/value").asString())
          .isEqualTo(Integer.toString(i == 0 ? 60 : 57 + i));
    }
  }

  @Test
  void ofResultsKeepNumbersComparisonsAndWords() {
    Receipt receipt =
        take(
            results,
            """
            患者编号,姓名,报告单号,项目代码,项目名称,结果,单位,参考范围,异常标志,检验时间
            L1,检一,B1,GLU,葡萄糖,6.8,mmol/L,3.9-6.1,↑,2026-11-01 08:30
            L1,检一,B1,CRP,C反应蛋白,<0.5,mg/L,,正常,2026年11月1日 下午3时05分
            L1,检一,B1,HBSAG,乙肝表面抗原,阴性(-),,,,2026/11/1 8:30:00
            """);
    assertThat(rows(receipt)).containsExactly("3", "3", "0");
    JsonNode glucose = result("GLU");
    assertThat(glucose.at("/valueQuantity/value").asString()).isEqualTo("6.8");
    assertThat(glucose.at("/valueQuantity/unit").asString()).isEqualTo("mmol/L");
    assertThat(glucose.at("/referenceRange/0/low/value").asString()).isEqualTo("3.9");
    assertThat(glucose.at("/interpretation/0/coding/0/code").asString()).isEqualTo("H");
    assertThat(glucose.at("/effectiveDateTime").asString()).isEqualTo("2026-11-01T08:30:00+08:00");
    assertThat(result("CRP").at("/valueQuantity/comparator").asString()).isEqualTo("<");
    assertThat(result("CRP").at("/effectiveDateTime").asString())
        .isEqualTo("2026-11-01T15:05:00+08:00");
    assertThat(result("HBSAG").at("/valueString").asString()).isEqualTo("阴性(-)");
  }

  private static JsonNode result(String item) {
    return house.only(
        "Observation",
        "code",
        "https://helan.health/fhir/sid/hospital/codes/laboratory|" + item,
        "subject:Patient.identifier",
        "L1");
  }

  @Test
  void mayBeSheetsOfExcel() throws IOException {
    // 18264 is 1 January 1950; the third column has a format of dates.
    byte[] file =
        excel(
            "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>患者编号</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>姓名</t></is></c><c r=\"C1\" t=\"inlineStr\"><is><t>出生日期</t></is></c><c r=\"D1\" t=\"inlineStr\"><is><t>身份证号</t></is></c></row>"
                + "<row r=\"2\"><c r=\"A2\"><v>1001</v></c><c r=\"B2\" t=\"inlineStr\"><is><t>表一</t></is></c><c r=\"C2\" s=\"1\"><v>18264</v></c><c r=\"D2\"><v>110105194912310021</v></c></row>"
                + "<row r=\"4\"><c r=\"A4\" t=\"inlineStr\"><is><t>X2</t></is></c><c r=\"B4\" t=\"inlineStr\"><is><t>表二</t></is></c><c r=\"C4\" t=\"e\"><v>#N/A</v></c><c r=\"D4\"><v>1E999999999</v></c><c r=\"E4\"><v>1E-999999999</v></c></row>");
    Receipt receipt = take(residents, file);
    assertThat(GatewayForTests.whole(receipt)).isEmpty();
    assertThat(rows(receipt)).containsExactly("2", "2", "0");
    JsonNode one = house.only("Patient", "identifier", "1001");
    assertThat(one.at("/birthDate").asString()).isEqualTo("1950-01-01");
    // What the spreadsheet has cut is no number of a citizen.
    assertThat(one.at("/identifier").size()).isEqualTo(1);
    var odd = new ArrayList<String>();
    house
        .gateway
        .find(List.of("residents"), null, null, null, List.of(), null, null, null, 500)
        .stream()
        .filter(each -> each.control().startsWith(receipt.id()))
        .forEach(each -> each.findings().forEach(found -> odd.add(found.key())));
    assertThat(odd).contains("gateway.found-cell-cut", "gateway.found-cell-error");
  }

  private static byte[] excel(String rows) throws IOException {
    var out = new ByteArrayOutputStream();
    String main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    try (var zip = new ZipOutputStream(out)) {
      entry(
          zip,
          "[Content_Types].xml",
          "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>");
      entry(
          zip,
          "_rels/.rels",
          "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
      entry(
          zip,
          "xl/_rels/workbook.xml.rels",
          "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/></Relationships>");
      entry(
          zip,
          "xl/workbook.xml",
          "<workbook "
              + main
              + " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"名册\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>");
      entry(
          zip,
          "xl/styles.xml",
          "<styleSheet "
              + main
              + "><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>");
      entry(
          zip,
          "xl/worksheets/sheet1.xml",
          "<worksheet " + main + "><sheetData>" + rows + "</sheetData></worksheet>");
    }
    return out.toByteArray();
  }

  private static void entry(ZipOutputStream zip, String name, String text) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + text).getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  @Test
  void goWithTheResidentsRowsWhenOneIsErased() {
    Receipt file = take(residents, "患者编号,姓名\nE1,甲\nE2,乙\n");
    String id = house.only("Patient", "identifier", "E1").path("id").asString();
    house.gateway.erase(house.store.parameters().digests().reference("Patient", id));
    assertThat(house.gateway.message(file.id())).isNull();
    List<String> left =
        house
            .gateway
            .find(List.of("residents"), null, null, null, List.of(), null, null, null, 500)
            .stream()
            .map(Message::control)
            .filter(control -> control.startsWith(file.id()))
            .toList();
    assertThat(left).containsExactly(file.id() + "#3");
  }

  @Test
  void thatLackAColumnAreRefusedAsAWholeByItsName() {
    Receipt receipt = take(residents, "编号甲,姓名\n1,一\n");
    assertThat(receipt.state()).isEqualTo(State.DEAD);
    assertThat(GatewayForTests.whole(receipt)).isEqualTo("gateway.table-columns 患者编号");
  }

  @Test
  void ofOtherKindsAreRefusedWithAReason() throws IOException {
    assertThat(
            GatewayForTests.why(
                take(residents, new byte[] {(byte) 0xD0, (byte) 0xCF, 0x11, (byte) 0xE0, 1, 2})))
        .isEqualTo("gateway.table-old-excel");
    assertThat(GatewayForTests.why(take(residents, "%PDF-1.7 ...")))
        .isEqualTo("gateway.table-no-table");
    assertThat(GatewayForTests.why(take(residents, "PK\u0003\u0004 no zip")))
        .isEqualTo("gateway.table-no-excel");
    assertThat(GatewayForTests.why(take(residents, "a\u0000b,c\n")))
        .isEqualTo("gateway.table-no-table");
    // A bomb: what unpacks to more than a gigabyte.
    var out = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("xl/workbook.xml"));
      var zeros = new byte[1 << 20];
      for (int i = 0; i < 600; i++) {
        zip.write(zeros);
      }
      zip.closeEntry();
    }
    assertThat(GatewayForTests.why(take(residents, out.toByteArray())))
        .isEqualTo("gateway.table-unpacked");
  }

  @Test
  void withACellFarToTheRightAreRefusedBeforeARowIsFilledUpToIt() throws IOException {
    for (String reference : List.of("ZZZZZZ1", "ALM1", "zzzzzz1")) {
      Receipt receipt =
          take(
              residents,
              excel(
                  "<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\""
                      + reference
                      + "\"><v>2</v></c></row>"));
      assertThat(GatewayForTests.why(receipt)).as(reference).isEqualTo("gateway.table-too-wide");
    }
  }

  @Test
  void thatUnpackByTheirDirectoryAloneAreBombsToo() throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(out)) {
      entry(zip, "small.xml", "<x/>");
      zip.putNextEntry(new ZipEntry("xl/workbook.xml"));
      var zeros = new byte[1 << 20];
      for (int i = 0; i < 600; i++) {
        zip.write(zeros);
      }
      zip.closeEntry();
    }
    byte[] file = out.toByteArray();
    // Whoever reads from the front meets the end of a ZIP after the first entry.
    int second = indexOf(file, new byte[] {'P', 'K', 3, 4}, 4);
    byte[] gap = {'P', 'K', 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    byte[] hidden = new byte[file.length + gap.length];
    System.arraycopy(file, 0, hidden, 0, second);
    System.arraycopy(gap, 0, hidden, second, gap.length);
    System.arraycopy(file, second, hidden, second + gap.length, file.length - second);
    var patched = java.nio.ByteBuffer.wrap(hidden).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int end = hidden.length - 22;
    patched.putInt(end + 16, patched.getInt(end + 16) + gap.length);
    int directory = patched.getInt(end + 16);
    int next = indexOf(hidden, new byte[] {'P', 'K', 1, 2}, directory + 4);
    patched.putInt(next + 42, patched.getInt(next + 42) + gap.length);
    assertThat(GatewayForTests.why(take(residents, hidden))).isEqualTo("gateway.table-unpacked");
  }

  private static int indexOf(byte[] bytes, byte[] what, int from) {
    for (int i = from; i + what.length <= bytes.length; i++) {
      if (java.util.Arrays.equals(bytes, i, i + what.length, what, 0, what.length)) {
        return i;
      }
    }
    throw new AssertionError("not there");
  }

  @Test
  void withAQuotationMarkThatIsNotClosedAreReadUpToIt() {
    Receipt receipt = take(residents, "患者编号,姓名\nQ1,甲\nQ2,\"乙\nQ3,丙\n");
    assertThat(receipt.state()).isEqualTo(State.DEAD);
    assertThat(GatewayForTests.why(receipt)).isEqualTo("gateway.table-broken");
    assertThat(house.find("Patient", "identifier", "Q1,Q2,Q3")).hasSize(1);
  }

  @Test
  void ofTooManyRowsOrCellsAreRefused() {
    assertThat(GatewayForTests.why(take(residents, "患者编号,姓名" + ",".repeat(1_000) + "\n1,一\n")))
        .isEqualTo("gateway.table-too-wide");
    byte[] rows = ("患者编号,姓名\n" + "1,一\n".repeat(200_001)).getBytes(StandardCharsets.UTF_8);
    var mapping =
        java.util.Objects.requireNonNull(
            house.gateway.feeds().mappings(residents).of("table", "residents"));
    var parts = new Table().read(rows, residents).parts("f", mapping);
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(
            () -> {
              while (parts.hasNext()) {
                parts.next();
              }
            })
        .withMessageContaining("gateway.table-too-long");
  }

  @Test
  void withoutTheSheetOrColumnsThatTheMappingMeansAreRefused() throws IOException {
    Feed own = house.feed("sheets", "{\"format\":\"table\",\"table\":\"sheets\"}");
    String mapping =
        """
        mapping: sheets
        version: 1
        format: table
        for: [sheets]
        table: {sheet: 随访}
        columns: {number: {of: [患者编号], patient: true}}
        resources:
          - {resource: Patient, key: number as patient, body: {active: true}}
        """;
    house.gateway.feeds().putMapping(own, "sheets", mapping, "test");
    assertThat(GatewayForTests.whole(take(own, excel("<row r=\"1\"/>"))))
        .isEqualTo("gateway.table-no-sheet 随访");
    house
        .gateway
        .feeds()
        .putMapping(own, "sheets", mapping.replaceAll("(?m)^columns:.*\n", ""), "test");
    assertThat(GatewayForTests.why(take(own, "患者编号\n1\n"))).isEqualTo("gateway.table-no-columns");
    Feed unset = house.feed("unset", "{\"format\":\"table\"}");
    assertThat(GatewayForTests.whole(take(unset, "患者编号\n1\n")))
        .isEqualTo("gateway.feed-setting table");
  }

  @Test
  void areReadByAMappingOfTheFeedsOwn() {
    Feed own =
        house.feed("own", "{\"format\":\"table\",\"table\":\"pressure\",\"charset\":\"GB18030\"}");
    house
        .gateway
        .feeds()
        .putMapping(
            own,
            "pressure",
            """
            mapping: pressure
            version: 1
            format: table
            for: [pressure]
            table: {delimiter: "|", header: 2}
            columns:
              number: {of: [卡号], required: true, patient: true}
              day: [测量日]
              high: {of: [收缩压], required: true}
            resources:
              - resource: Patient
                as: patient
                write: ensure
                required: true
                key: number as patient
                body: {managingOrganization: "= institution"}
              - resource: Observation
                key: every number + day as pressure
                body:
                  status: final
                  code: {text: 收缩压}
                  subject: "= ref patient"
                  effectiveDateTime: "= day | day dmy"
                  valueQuantity: "= high | quantity"
            """,
            "test");
    Receipt receipt = take(own, "随访表\n卡号|测量日|收缩压\nP9|3/4/2026|130\n".getBytes(GB18030));
    assertThat(GatewayForTests.whole(receipt)).isEmpty();
    JsonNode pressure = house.only("Observation", "subject:Patient.identifier", "P9");
    assertThat(pressure.at("/effectiveDateTime").asString()).isEqualTo("2026-04-03");
    assertThat(pressure.at("/valueQuantity/value").asString()).isEqualTo("130");
  }
}
