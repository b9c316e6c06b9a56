package health.helan.foundation.trust.print;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Query;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.crypto.CertificateFiles;
import health.helan.foundation.trust.crypto.SignedMessage;
import health.helan.foundation.trust.crypto.TimeStamps;
import health.helan.foundation.trust.signature.SigningServer;
import health.helan.foundation.trust.signature.SigningServer.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.pdfbox.text.PDFTextStripperByArea;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Documents come out as PDF that can be read, printed and checked. */
class PrintedDocumentsTests {
  private static final Provider PROVIDER = new BouncyCastleProvider();

  private final SigningServer server = SigningServer.get();
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final String hospital = "p-" + run;
  private final String doctorId = "drp-" + run;
  private final Caller system = SigningServer.system(hospital);
  private final Caller doctor = SigningServer.practitioner(doctorId, hospital);
  private String patient;

  @BeforeEach
  void aDoctorWhoTreatsAResident() {
    boolean isThere = true;
    try {
      SigningServer.fonts().regular();
    } catch (Refusal e) {
      isThere = false;
      System.err.println("SKIPPED: no Chinese TrueType font is there; printing not tried");
    }
    assumeTrue(isThere, "no Chinese TrueType font");
    server.created(
        SigningServer.ROOT,
        "{'resourceType':'Organization','id':'%s','name':'贺兰县人民医院'}".formatted(hospital));
    server.created(
        SigningServer.ROOT,
        "{'resourceType':'Practitioner','id':'%s','name':[{'text':'马文军'}]}".formatted(doctorId));
    patient =
        server.created(
            system,
            "{'resourceType':'Patient','name':[{'text':'李小明'}],'gender':'male','birthDate':'1971-05-12','identifier':[{'system':'http://example.org/card','type':{'text':'就诊卡号'},'value':'6401000%s12'}]}"
                .formatted(run.replaceAll("[a-f]", "7")));
    server.created(
        system,
        "{'resourceType':'Encounter','status':'in-progress','class':{'code':'AMB'},'subject':{'reference':'Patient/%s'},'participant':[{'individual':{'reference':'Practitioner/%s'}}],'period':{'start':'%s'}}"
            .formatted(patient, doctorId, Instant.now().truncatedTo(ChronoUnit.SECONDS)));
    for (String holder : List.of("Practitioner/" + doctorId, "Organization/" + hospital)) {
      Reply reply =
          server.call(
              SigningServer.ROOT,
              "$signer",
              "step",
              "enrol",
              "holder",
              holder,
              "name",
              holder.startsWith("P") ? "马文军" : "贺兰县人民医院");
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }
  }

  private void sign(String path) {
    Reply reply = server.call(doctor, path + "/$sign");
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
  }

  private byte[] print(Caller caller, String path) {
    Reply reply = server.get(caller, path);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.http().headers().firstValue("Content-Type")).hasValue("application/pdf");
    byte[] pdf = reply.http().body();
    // For a look at it.
    try {
      Files.createDirectories(Path.of("target/printed"));
      Files.write(Path.of("target/printed", path.replaceAll("[^A-Za-z]+.*", "") + ".pdf"), pdf);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return pdf;
  }

  private static String text(byte[] pdf) throws Exception {
    try (PDDocument document = Loader.loadPDF(pdf)) {
      return new PDFTextStripper().getText(document);
    }
  }

  private String item(String drug, String use, int amount, String unit) {
    return server.created(
        doctor,
        "{'resourceType':'MedicationRequest','status':'active','intent':'order','groupIdentifier':{'system':'http://example.org/rx','value':'RX-%s'},'subject':{'reference':'Patient/%s'},'medicationCodeableConcept':{'text':'%s'},'authoredOn':'2026-11-26T09:12:00+08:00','requester':{'reference':'Practitioner/%s'},'reasonCode':[{'text':'2 型糖尿病'}],'dosageInstruction':[{'text':'%s'}],'dispenseRequest':{'quantity':{'value':%d,'unit':'%s'}}}"
            .formatted(run, patient, drug, doctorId, use, amount, unit));
  }

  private String report() {
    var results = new ArrayList<String>();
    String[][] values = {
      {"空腹血糖（葡萄糖氧化酶法）", "7.80", "mmol/L", "3.9", "6.1"},
      {"糖化血红蛋白", "6.9", "%", "4.0", "6.0"},
      {"血钾", "3.2", "mmol/L", "3.5", "5.3"},
      {"肌酐", "76", "μmol/L", "57", "111"}
    };
    for (String[] value : values) {
      results.add(
          "{'reference':'Observation/%s'}"
              .formatted(
                  server.created(
                      doctor,
                      "{'resourceType':'Observation','status':'final','code':{'text':'%s'},'subject':{'reference':'Patient/%s'},'valueQuantity':{'value':%s,'unit':'%s'},'referenceRange':[{'low':{'value':%s},'high':{'value':%s}}]}"
                          .formatted(value[0], patient, value[1], value[2], value[3], value[4]))));
    }
    return server.created(
        doctor,
        "{'resourceType':'DiagnosticReport','status':'final','code':{'text':'生化检验报告'},'subject':{'reference':'Patient/%s'},'issued':'2026-11-26T10:30:00+08:00','performer':[{'reference':'Practitioner/%s'}],'conclusion':'血糖升高，血钾偏低，请结合临床。','result':[%s]}"
            .formatted(patient, doctorId, String.join(",", results)));
  }

  @Test
  void aPrescriptionHasAllItsItemsAndTheSignatures() throws Exception {
    String first = item("二甲双胍缓释片 0.5 g × 30 片", "口服，一次 1 片，一日 2 次，餐中服", 2, "盒");
    String second = item("阿卡波糖片 50 mg × 30 片", "口服，一次 1 片，一日 3 次，与第一口饭同嚼", 3, "盒");
    sign("MedicationRequest/" + first);
    sign("MedicationRequest/" + second);
    byte[] pdf = print(doctor, "MedicationRequest/" + first + "/$print");
    String text = text(pdf);
    assertThat(text)
        .contains("贺兰县人民医院", "处方笺", "李小明", "男", "55 岁", "2 型糖尿病")
        .contains("1. 二甲双胍缓释片 0.5 g × 30 片", "2. 阿卡波糖片", "× 2 盒", "× 3 盒")
        .contains("用法：口服，一次 1 片，一日 2 次，餐中服", "RX-" + run)
        .contains("马文军", "签名有效（2 / 2 项）", "SM3withSM2", "第 1 页 / 共 1 页")
        .doesNotContain("6401000" + run.replaceAll("[a-f]", "7") + "12");
    try (PDDocument document = Loader.loadPDF(pdf)) {
      assertThat(document.getNumberOfPages()).isEqualTo(1);
      PDRectangle box = document.getPage(0).getMediaBox();
      assertThat(box.getWidth()).isCloseTo(595.28f, org.assertj.core.data.Offset.offset(0.1f));
      assertThat(box.getHeight()).isCloseTo(841.89f, org.assertj.core.data.Offset.offset(0.1f));
      for (var name : document.getPage(0).getResources().getFontNames()) {
        var font = document.getPage(0).getResources().getFont(name);
        assertThat(font.isEmbedded()).isTrue();
        assertThat(font.getName()).matches("[A-Z]{6}\\+NotoSansSC.*|[A-Z]{6}\\+.*");
      }
    }
    assertThat(pdf.length).as("a subset, not a whole font").isLessThan(400_000);
  }

  @Test
  void theCodeLeadsToTheVerification() throws Exception {
    String id = report();
    sign("DiagnosticReport/" + id);
    byte[] pdf = print(doctor, "DiagnosticReport/" + id + "/$print");
    try (PDDocument document = Loader.loadPDF(pdf)) {
      var image = new PDFRenderer(document).renderImageWithDPI(0, 200);
      int width = image.getWidth();
      int height = image.getHeight();
      int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
      String address =
          new QRCodeReader()
              .decode(
                  new BinaryBitmap(
                      new HybridBinarizer(new RGBLuminanceSource(width, height, pixels))),
                  java.util.Map.of(com.google.zxing.DecodeHintType.TRY_HARDER, true))
              .getText();
      assertThat(address)
          .isEqualTo(server.base + "/DiagnosticReport/" + id + "/$verify-signature?version=1");
      Reply verified = server.get(doctor, address.substring(server.base.length() + 1));
      assertThat(verified.value("valid")).isEqualTo("true");
    }
    assertThat(text(pdf)).contains("生化检验报告", "空腹血糖", "7.80", "3.9 – 6.1", "↑", "↓", "结论", "血钾偏低");
  }

  @Test
  void aChangedContentIsSaidOnPaper() throws Exception {
    String id = report();
    sign("DiagnosticReport/" + id);
    server.alter("DiagnosticReport", id, 1, json -> json.replace("血钾偏低", "血钾正常"));
    assertThat(text(print(doctor, "DiagnosticReport/" + id + "/$print")))
        .contains("签名验证未通过：altered")
        .doesNotContain("签名有效");
  }

  @Test
  void aValueChangedAfterTheSignatureIsNotPassedOffAsSigned() throws Exception {
    String id = report();
    sign("DiagnosticReport/" + id);
    String path =
        server
            .get(doctor, "DiagnosticReport/" + id)
            .json()
            .path("result")
            .path(2)
            .path("reference")
            .stringValue();
    ObjectNode value = (ObjectNode) server.get(doctor, path).json();
    ((ObjectNode) value.path("valueQuantity")).put("value", new java.math.BigDecimal("4.4"));
    assertThat(server.send(doctor, "PUT", path, value.toString()).status()).isEqualTo(200);
    assertThat(text(print(doctor, "DiagnosticReport/" + id + "/$print")))
        .contains("4.4", "签名有效，但所引内容在签名后已更改")
        .doesNotContain("3.2");
    sign("DiagnosticReport/" + id);
    assertThat(text(print(doctor, "DiagnosticReport/" + id + "/$print")))
        .containsPattern("签名有效\\s")
        .contains("签名有效，但所引内容在签名后已更改");
  }

  /** What stands within the edges of the pages; the stripper alone reads beyond them, too. */
  private static String visible(byte[] pdf) throws Exception {
    var text = new StringBuilder();
    try (PDDocument document = Loader.loadPDF(pdf)) {
      for (var page : document.getPages()) {
        var stripper = new PDFTextStripperByArea();
        stripper.addRegion("page", new java.awt.geom.Rectangle2D.Float(0, 0, 595, 842));
        stripper.extractRegions(page);
        text.append(stripper.getTextForRegion("page"));
      }
    }
    return text.toString().replaceAll("\\s", "");
  }

  private String longReport() {
    String value =
        server.created(
            doctor,
            "{'resourceType':'Observation','status':'final','code':{'text':'病理所见'},'subject':{'reference':'Patient/%s'},'valueString':'%s'}"
                .formatted(patient, "送检组织一块，灰白灰红，质软。".repeat(150) + "至此为止"));
    return server.created(
        doctor,
        "{'resourceType':'DiagnosticReport','status':'final','code':{'text':'病理报告'},'subject':{'reference':'Patient/%s'},'result':[{'reference':'Observation/%s'}]}"
            .formatted(patient, value));
  }

  @Test
  void aValueLongerThanAPageIsNotCutOff() throws Exception {
    assertThat(visible(print(doctor, "DiagnosticReport/" + longReport() + "/$print")))
        .contains("病理所见", "至此为止", "未签名");
    String answers =
        server.created(
            doctor,
            "{'resourceType':'QuestionnaireResponse','status':'completed','subject':{'reference':'Patient/%s'},'item':[{'linkId':'1','answer':[{'valueString':'%s'}]}]}"
                .formatted(patient, "自述近三月来时有头晕。".repeat(400) + "至此为止"));
    assertThat(visible(print(doctor, "QuestionnaireResponse/" + answers + "/$print")))
        .contains("至此为止", "未签名");
    String herbs = item("黄芪 15 g、当归 10 g、".repeat(200) + "至此为止", "水煎服", 7, "剂");
    assertThat(visible(print(doctor, "MedicationRequest/" + herbs + "/$print")))
        .contains("至此为止", "×7剂", "水煎服", "未签名");
  }

  @Test
  void aDocumentWithoutEndIsRefused() {
    String id =
        server.created(
            doctor,
            "{'resourceType':'Composition','status':'final','type':{'text':'记录'},'title':'记录','date':'2026-11-26','subject':{'reference':'Patient/%s'},'author':[{'reference':'Practitioner/%s'}],'section':[{'text':{'status':'generated','div':'<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">%s</div>'}}]}"
                .formatted(patient, doctorId, "<p>一</p>".repeat(30_000)));
    Reply reply = server.get(doctor, "Composition/" + id + "/$print");
    assertThat(reply.status()).as(reply.text()).isEqualTo(403);
    assertThat(reply.text()).contains("500 pages");
  }

  @Test
  void aLongDocumentGoesOnToFurtherPagesAndAnUnsignedOneSaysSo() throws Exception {
    var sections = new ArrayList<String>();
    for (String title : List.of("主诉", "现病史", "既往史", "体格检查", "诊疗经过", "出院医嘱")) {
      sections.add(
          "{'title':'%s','text':{'status':'generated','div':'<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><p>%s</p><p>T 36.5℃，P 78 次/分，BP 138/86 mmHg &lt;坐位&gt; &amp; SpO2 98%%。𠮷野家的𪚥</p></div>'}}"
              .formatted(title, "患者于三年前无明显诱因出现口干、多饮、多尿，伴体重下降，未予重视。".repeat(9)));
    }
    String id =
        server.created(
            doctor,
            "{'resourceType':'Composition','status':'final','type':{'text':'出院小结'},'title':'出院小结','date':'2026-11-26','subject':{'reference':'Patient/%s'},'author':[{'reference':'Practitioner/%s'}],'custodian':{'reference':'Organization/%s'},'section':[%s]}"
                .formatted(patient, doctorId, hospital, String.join(",", sections)));
    byte[] pdf = print(doctor, "Composition/" + id + "/$print");
    String text = text(pdf);
    assertThat(text)
        .contains("出院小结", "未签名 / Unsigned", "第 2 页 / 共 2 页", "<坐位> & SpO2 98%")
        .contains("贺兰县人民医院　出院小结".replace("　", "　").substring(0, 7));
    // A rare character is shown, or said to be missing; never lost in silence.
    assertThat(text.contains("𠮷") || text.contains("U+20BB7")).isTrue();
  }

  @Test
  void aConsentShowsThatItWasGivenInTheSession() throws Exception {
    Caller resident = SigningServer.resident(patient);
    String id =
        server.created(
            resident,
            """
            {'resourceType':'Consent','status':'active',\
            'scope':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/consentscope','code':'patient-privacy','display':'隐私授权'}]},\
            'category':[{'coding':[{'system':'http://loinc.org','code':'59284-0','display':'知情同意'}]}],\
            'dateTime':'2026-11-26T08:00:00+08:00',\
            'patient':{'reference':'Patient/%1$s'},'performer':[{'reference':'Patient/%1$s'}],\
            'policy':[{'uri':'https://helan.health/consent/record-access/1'}],\
            'provision':{'type':'permit','period':{'start':'2026-11-26','end':'2027-11-25'},'actor':[{'role':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/v3-ParticipationType','code':'IRCP'}]},'reference':{'reference':'Organization/%2$s'}}]}}"""
                .formatted(patient, hospital));
    assertThat(server.call(resident, "Consent/" + id + "/$sign").status()).isEqualTo(201);
    assertThat(text(print(resident, "Consent/" + id + "/$print")))
        .contains("知情同意书", "同意", "2026-11-26 至 2027-11-25", "平台印章证书", "签名有效", "贺兰县人民医院");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sm2", "rsa"})
  void theFileIsSealedAndAnyChangeShows(String algorithm, @TempDir Path folder) throws Exception {
    String id = report();
    sign("DiagnosticReport/" + id);
    byte[] pdf =
        print(
            doctor,
            "DiagnosticReport/"
                + id
                + "/$print"
                + (algorithm.equals("sm2") ? "" : "?algorithm=rsa"));
    assertThat(verifies(pdf)).isTrue();
    try (PDDocument document = Loader.loadPDF(pdf)) {
      PDSignature signature = document.getSignatureDictionaries().getFirst();
      int[] range = signature.getByteRange();
      assertThat(range[0]).isZero();
      assertThat(range[2] + range[3]).as("to the end of the file").isEqualTo(pdf.length);
      SignedMessage message = SignedMessage.read(signature.getContents(pdf));
      assertThat(message.holds()).isTrue();
      assertThat(message.algorithm().jca())
          .isEqualTo(algorithm.equals("sm2") ? "SM3withSM2" : "SHA256withRSA");
      assertThat(
              TimeStamps.check(
                      java.util.Objects.requireNonNull(message.timeStamp()), message.signature())
                  .at())
          .isCloseTo(Instant.now(), org.assertj.core.api.Assertions.within(5, ChronoUnit.MINUTES));
      assertThat(Printing.commonName(message.certificate()))
          .contains(algorithm.equals("sm2") ? "贺兰县人民医院" : "Seal");
      opensslAgrees(algorithm, folder, signature.getSignedContent(pdf), message);
    }
    byte[] broken = pdf.clone();
    int at = new String(pdf, StandardCharsets.ISO_8859_1).indexOf("/MediaBox");
    broken[at + 1] ^= 1;
    assertThat(verifies(broken)).isFalse();
  }

  private static boolean verifies(byte[] pdf) throws Exception {
    int[] range;
    byte[] cms;
    byte[] content;
    try (PDDocument document = Loader.loadPDF(pdf)) {
      PDSignature signature = document.getSignatureDictionaries().getFirst();
      range = signature.getByteRange();
      cms = signature.getContents(pdf);
      content = signature.getSignedContent(pdf);
    }
    assertThat(content).hasSize(range[1] + range[3]);
    try (var in = new org.bouncycastle.asn1.ASN1InputStream(cms)) {
      var message =
          new CMSSignedData(new CMSProcessableByteArray(content), in.readObject().getEncoded());
      var signer = message.getSignerInfos().getSigners().iterator().next();
      var certificate =
          (org.bouncycastle.cert.X509CertificateHolder)
              message.getCertificates().getMatches(signer.getSID()).iterator().next();
      try {
        return signer.verify(
            new JcaSimpleSignerInfoVerifierBuilder().setProvider(PROVIDER).build(certificate));
      } catch (org.bouncycastle.cms.CMSSignerDigestMismatchException e) {
        return false;
      }
    }
  }

  private static void opensslAgrees(
      String algorithm, Path folder, byte[] content, SignedMessage message) throws Exception {
    if (!algorithm.equals("rsa")) {
      return; // openssl cms cannot be told the identity that SM2 signs with.
    }
    Path file = Files.write(folder.resolve("s.der"), message.encoded());
    Path text = Files.write(folder.resolve("content"), content);
    Path root =
        Files.writeString(
            folder.resolve("root.pem"), CertificateFiles.pem(List.of(message.chain().getLast())));
    try {
      Process process =
          new ProcessBuilder(
                  "openssl",
                  "cms",
                  "-verify",
                  "-binary",
                  "-inform",
                  "DER",
                  "-in",
                  file.toString(),
                  "-content",
                  text.toString(),
                  "-CAfile",
                  root.toString(),
                  "-purpose",
                  "any",
                  "-out",
                  folder.resolve("out").toString())
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
    } catch (java.io.IOException e) {
      System.err.println("SKIPPED: openssl is not there; the seal of the PDF not cross-checked");
    }
  }

  @Test
  void whoSeesTheDocumentMaskedOrNotAtAllGetsNoPaper() {
    String id = report();
    String path = "DiagnosticReport/" + id + "/$print";
    assertThat(server.get(SigningServer.practitioner("no-" + run, "elsewhere"), path).status())
        .isEqualTo(404);
    Reply masked = server.get(SigningServer.practitioner("colleague-" + run, hospital), path);
    assertThat(masked.status()).isEqualTo(403);
    assertThat(masked.text()).contains("masked");
    assertThat(server.get(doctor, "Patient/" + patient + "/$print").status()).isEqualTo(400);
    assertThat(server.get(doctor, path + "?version=x").status()).isEqualTo(400);
    assertThat(server.get(doctor, path + "?version=7").status()).isEqualTo(404);
    assertThat(server.get(doctor, path + "?algorithm=des").status()).isEqualTo(400);
  }

  @Test
  void whoAsksForFhirGetsABinary() {
    String id = report();
    Reply reply =
        server.send(
            doctor,
            "GET",
            "DiagnosticReport/" + id + "/$print",
            null,
            "Accept",
            "application/fhir+json");
    assertThat(reply.json().path("resourceType").asString("")).isEqualTo("Binary");
    assertThat(reply.json().path("contentType").asString("")).isEqualTo("application/pdf");
    assertThat(new String(reply.json().path("data").binaryValue(), StandardCharsets.ISO_8859_1))
        .startsWith("%PDF-1");
  }

  // ------------------------------------------------------------------ OFD

  private byte[] ofd(Caller caller, String path) {
    Reply reply = server.send(caller, "GET", path, null, "Accept", "application/ofd");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.http().headers().firstValue("Content-Type")).hasValue("application/ofd");
    assertThat(reply.http().headers().firstValue("Content-Disposition").orElse(""))
        .endsWith(".ofd\"");
    byte[] ofd = reply.http().body();
    // For a look at it.
    try {
      Files.createDirectories(Path.of("target/printed"));
      Files.write(Path.of("target/printed", path.replaceAll("[^A-Za-z]+.*", "") + ".ofd"), ofd);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return ofd;
  }

  @Test
  void anOfdSaysWhatThePdfSays() throws Exception {
    String first = item("二甲双胍缓释片 0.5 g × 30 片", "口服，一次 1 片，一日 2 次，餐中服", 2, "盒");
    String second = item("阿卡波糖片 50 mg × 30 片", "口服，一次 1 片，一日 3 次，与第一口饭同嚼", 3, "盒");
    sign("MedicationRequest/" + first);
    sign("MedicationRequest/" + second);
    String path = "MedicationRequest/" + first + "/$print";
    byte[] ofd = ofd(doctor, path);
    List<String> lines = OfdrwForTests.get().text(ofd);
    assertThat(lines)
        .contains("贺兰县人民医院", "处方笺", "李小明", "× 2 盒", "马文军", "签名有效（2 / 2 项）")
        .contains("用法：口服，一次 1 片，一日 2 次，餐中服", "RX-" + run, "第 1 页 / 共 1 页");
    assertThat(signs(String.join("", lines))).isEqualTo(signs(text(print(doctor, path))));
    assertThat(ofd.length).as("subsets, not whole fonts").isLessThan(400_000);
    var files = Zip.unpack(ofd);
    for (String font : List.of("regular", "bold")) {
      try (var file =
          new org.apache.fontbox.ttf.TTFParser()
              .parse(
                  new org.apache.pdfbox.io.RandomAccessReadBuffer(
                      files.get("Doc_0/Res/" + font + ".ttf")))) {
        assertThat(file.getUnicodeCmapLookup().getGlyphId('医')).as(font).isNotZero();
        assertThat(file.getNumberOfGlyphs()).isLessThan(300);
      }
    }
  }

  /** The characters in the order of their numbers, without blanks and the time of printing. */
  private static String signs(String text) {
    return text.replaceAll("打印于 [0-9: -]{10,}", "打印于")
        .replace("⸺", "——") // One glyph for both; the PDF is read back as the other.
        .codePoints()
        .filter(c -> !Character.isWhitespace(c) && c != 0x3000)
        .sorted()
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @Test
  void anOfdIsSealedAndOthersFindAnyChange() throws Exception {
    String id = report();
    sign("DiagnosticReport/" + id);
    byte[] ofd = ofd(doctor, "DiagnosticReport/" + id + "/$print");
    OfdrwForTests judge = OfdrwForTests.get();
    judge.verify(ofd);
    var files = Zip.unpack(ofd);
    assertThat(files.keySet())
        .contains("OFD.xml", "Doc_0/Document.xml", "Doc_0/Pages/Page_0/Content.xml")
        .contains("Doc_0/Signs/Sign_0/Signature.xml", "Doc_0/Signs/Sign_0/SignedValue.dat");
    String value = "Doc_0/Signs/Sign_0/SignedValue.dat";
    String signature = "Doc_0/Signs/Sign_0/Signature.xml";
    // The least change of each file that the signature vouches for.
    for (String name : files.keySet()) {
      if (name.equals(value) || name.equals(signature)) {
        continue;
      }
      var changed = new java.util.LinkedHashMap<>(files);
      byte[] content = files.get(name).clone();
      if (name.endsWith(".xml")) {
        // A blank after the root leaves the same XML.
        content =
            (new String(content, StandardCharsets.UTF_8) + " ").getBytes(StandardCharsets.UTF_8);
      } else {
        content[content.length * 2 / 3] ^= 1;
      }
      changed.put(name, content);
      assertThat(found(judge, changed)).as(name).isEqualTo("FileIntegrityException");
    }
    var words = new java.util.LinkedHashMap<>(files);
    words.computeIfPresent(
        "Doc_0/Pages/Page_0/Content.xml", (_, old) -> replaced(old, "7.80", "5.80"));
    assertThat(found(judge, words)).isEqualTo("FileIntegrityException");
    // Whoever makes the digests fit cannot make the signature fit.
    words.computeIfPresent(
        signature,
        (_, old) ->
            replaced(
                old,
                sm3(files, "Doc_0/Pages/Page_0/Content.xml"),
                sm3(words, "Doc_0/Pages/Page_0/Content.xml")));
    assertThat(found(judge, words)).isEqualTo("InvalidSignedValueException");
    var other = new java.util.LinkedHashMap<>(files);
    other.put(value, Zip.unpack(ofd(doctor, "DiagnosticReport/" + id + "/$print")).get(value));
    assertThat(found(judge, other)).isEqualTo("InvalidSignedValueException");
  }

  private static String sm3(java.util.Map<String, byte[]> files, String name) {
    return java.util.Base64.getEncoder()
        .encodeToString(
            health.helan.foundation.trust.crypto.DigestAlgorithm.SM3.digest(
                java.util.Objects.requireNonNull(files.get(name))));
  }

  private static byte[] replaced(byte[] content, String old, String now) {
    String text = new String(content, StandardCharsets.UTF_8);
    assertThat(text).contains(old);
    return text.replace(old, now).getBytes(StandardCharsets.UTF_8);
  }

  /** What others say is wrong. */
  private static String found(OfdrwForTests judge, java.util.Map<String, byte[]> files)
      throws Exception {
    try {
      judge.verify(Zip.pack(files, Instant.now()));
      return "nothing";
    } catch (Exception e) {
      return e.getClass().getSimpleName();
    }
  }

  @Test
  void theSealOfAnOfdIsTheInstitutionsAndStamped() throws Exception {
    String id = report();
    sign("DiagnosticReport/" + id);
    byte[] value =
        Zip.unpack(ofd(doctor, "DiagnosticReport/" + id + "/$print"))
            .get("Doc_0/Signs/Sign_0/SignedValue.dat");
    var outer = org.bouncycastle.asn1.ASN1Sequence.getInstance(value);
    assertThat(outer.getObjectAt(0)).hasToString("1.2.156.10197.6.1.4.2.2");
    var data =
        org.bouncycastle.asn1.ASN1Sequence.getInstance(
            org.bouncycastle.asn1.ASN1TaggedObject.getInstance(outer.getObjectAt(1))
                .getExplicitBaseObject());
    assertThat(data.getObjectAt(0)).hasToString("1");
    var certificates =
        org.bouncycastle.asn1.ASN1Set.getInstance(
            org.bouncycastle.asn1.ASN1TaggedObject.getInstance(data.getObjectAt(3)), false);
    assertThat(certificates.size()).as("the way to the root").isEqualTo(3);
    var signer =
        org.bouncycastle.asn1.cms.SignerInfo.getInstance(
            org.bouncycastle.asn1.ASN1Set.getInstance(data.getObjectAt(4)).getObjectAt(0));
    var serial =
        org.bouncycastle.asn1.cms.IssuerAndSerialNumber.getInstance(signer.getSID().getId())
            .getSerialNumber()
            .getValue();
    var key =
        java.util.Objects.requireNonNull(
            server.signers.inVault("Organization/" + hospital, null), "enrolled before");
    assertThat(serial).isEqualTo(key.signer().certificate().getSerialNumber());
    byte[] token =
        new org.bouncycastle.asn1.cms.AttributeTable(signer.getUnauthenticatedAttributes())
            .get(org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers.id_aa_signatureTimeStampToken)
            .getAttrValues()
            .getObjectAt(0)
            .toASN1Primitive()
            .getEncoded();
    assertThat(TimeStamps.check(token, signer.getEncryptedDigest().getOctets()).at())
        .isCloseTo(Instant.now(), org.assertj.core.api.Assertions.within(5, ChronoUnit.MINUTES));
  }

  @Test
  void theCodeInAnOfdLeadsToTheVerification() throws Exception {
    String id = report();
    String page =
        new String(
            Zip.unpack(ofd(doctor, "DiagnosticReport/" + id + "/$print"))
                .get("Doc_0/Pages/Page_0/Content.xml"),
            StandardCharsets.UTF_8);
    // All filled rectangles, at ten dots a millimetre.
    var image =
        new java.awt.image.BufferedImage(2100, 2970, java.awt.image.BufferedImage.TYPE_INT_RGB);
    var graphics = image.createGraphics();
    graphics.setColor(java.awt.Color.WHITE);
    graphics.fillRect(0, 0, 2100, 2970);
    graphics.scale(10, 10);
    var paths =
        java.util.regex.Pattern.compile(
                "<ofd:FillColor Value=\"(\\d+) (\\d+) (\\d+)\"/><ofd:AbbreviatedData>([^<]+)<")
            .matcher(page);
    while (paths.find()) {
      graphics.setColor(
          new java.awt.Color(
              Integer.parseInt(paths.group(1)),
              Integer.parseInt(paths.group(2)),
              Integer.parseInt(paths.group(3))));
      for (String one : paths.group(4).split(" ?C ?")) {
        double[] at =
            java.util.regex.Pattern.compile("[0-9.]+")
                .matcher(one)
                .results()
                .mapToDouble(number -> Double.parseDouble(number.group()))
                .toArray();
        graphics.fill(
            new java.awt.geom.Rectangle2D.Double(at[0], at[1], at[2] - at[0], at[5] - at[1]));
      }
    }
    int[] pixels = image.getRGB(0, 0, 2100, 2970, null, 0, 2100);
    assertThat(
            new QRCodeReader()
                .decode(
                    new BinaryBitmap(
                        new HybridBinarizer(new RGBLuminanceSource(2100, 2970, pixels))),
                    java.util.Map.of(com.google.zxing.DecodeHintType.TRY_HARDER, true))
                .getText())
        .isEqualTo(server.base + "/DiagnosticReport/" + id + "/$verify-signature?version=1");
  }

  @Test
  void aLongOfdHasFurtherPagesAndNamesRareCharactersByTheirGlyphs() throws Exception {
    String id =
        server.created(
            doctor,
            "{'resourceType':'Composition','status':'final','type':{'text':'出院小结'},'title':'<出院> & \\\"小结\\\"','date':'2026-11-26','subject':{'reference':'Patient/%s'},'author':[{'reference':'Practitioner/%s'}],'section':[{'title':'主诉','text':{'status':'generated','div':'<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><p>%s</p><p>a  b &lt;坐位&gt; &amp; 98%%。𠮷野家𠂉字</p></div>'}}]}"
                .formatted(patient, doctorId, "患者于三年前无明显诱因出现口干、多饮、多尿。".repeat(120)));
    byte[] ofd = ofd(doctor, "Composition/" + id + "/$print");
    OfdrwForTests.get().verify(ofd);
    List<String> lines = OfdrwForTests.get().text(ofd);
    assertThat(lines).contains("<出院> & \"小结\"", "未签名 / Unsigned");
    assertThat(lines).anyMatch(line -> line.matches("第 2 页 / 共 [23] 页"));
    assertThat(String.join("", lines)).contains("<坐位> & 98%");
    assertThat(lines.contains("𠮷") || String.join("", lines).contains("U+20BB7")).isTrue();
    try (var whole = SigningServer.fonts().regular()) {
      int glyph = whole.getUnicodeCmapLookup().getGlyphId("𠂉".codePointAt(0));
      assumeTrue(glyph != 0, "a font without 𠂉");
      assertThat(lines).contains("𠂉", "字");
      var pages = new StringBuilder();
      var files = Zip.unpack(ofd);
      files.forEach(
          (name, content) ->
              pages.append(
                  name.endsWith("Content.xml") ? new String(content, StandardCharsets.UTF_8) : ""));
      var named =
          java.util.regex.Pattern.compile(
                  "<ofd:Glyphs>([0-9]+)</ofd:Glyphs></ofd:CGTransform><ofd:TextCode[^>]*>𠂉<")
              .matcher(pages);
      assertThat(named.find()).isTrue();
      try (var embedded =
          new org.apache.fontbox.ttf.TTFParser()
              .parse(
                  new org.apache.pdfbox.io.RandomAccessReadBuffer(
                      files.get("Doc_0/Res/regular.ttf")))) {
        var outline = embedded.getGlyph().getGlyph(Integer.parseInt(named.group(1))).getPath();
        assertThat(outline.getBounds2D().getWidth()).isPositive();
        assertThat(outline.getBounds2D())
            .isEqualTo(whole.getGlyph().getGlyph(glyph).getPath().getBounds2D());
      }
    }
  }

  @Test
  void whoSaysNothingOrAsksForPdfFirstGetsPdf() {
    String path = "DiagnosticReport/" + report() + "/$print";
    for (String accept :
        List.of(
            "*/*", "application/pdf, application/ofd", "application/ofd;q=0.5, application/pdf")) {
      assertThat(type(server.send(doctor, "GET", path, null, "Accept", accept)))
          .as(accept)
          .isEqualTo("application/pdf");
    }
    for (String accept :
        List.of("application/ofd, */*;q=0.1", "application/pdf;q=0.5, application/ofd")) {
      assertThat(type(server.send(doctor, "GET", path, null, "Accept", accept)))
          .as(accept)
          .isEqualTo("application/ofd");
    }
    assertThat(type(server.get(doctor, path + "?format=ofd"))).isEqualTo("application/ofd");
    Reply fhir =
        server.send(doctor, "GET", path + "?format=ofd", null, "Accept", "application/fhir+json");
    assertThat(fhir.json().path("contentType").asString("")).isEqualTo("application/ofd");
  }

  private static String type(Reply reply) {
    return reply.http().headers().firstValue("Content-Type").orElse("");
  }

  @Test
  void anOfdIsRefusedInAFormatItDoesNotHave() {
    String id = report();
    String path = "DiagnosticReport/" + id + "/$print";
    assertThat(server.get(doctor, path + "?format=doc").status()).isEqualTo(400);
    Reply rsa = server.get(doctor, path + "?format=ofd&algorithm=rsa");
    assertThat(rsa.status()).isEqualTo(400);
    assertThat(rsa.text()).contains("GB/T 35275");
    Reply masked =
        server.send(
            SigningServer.practitioner("colleague-" + run, hospital),
            "GET",
            path,
            null,
            "Accept",
            "application/ofd");
    assertThat(masked.status()).isEqualTo(403);
    assertThat(masked.text()).contains("masked");
    server.signers.seal(health.helan.foundation.trust.crypto.SignatureAlgorithm.RSA_SHA256);
    var printing =
        new Printing(
            SigningServer.fonts(),
            server.signatures,
            server.sealedBy("seal-rsa-sha256"),
            server.stamps,
            server.clock);
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(
            () ->
                new PrintOperation(printing)
                    .execute(
                        new FhirOperation.Call(
                            doctor,
                            server.store,
                            "GET",
                            "DiagnosticReport",
                            id,
                            Query.parse("format=ofd"),
                            null,
                            server.base,
                            Locale.ENGLISH)))
        .satisfies(
            refusal -> {
              assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NOT_IMPLEMENTED);
              assertThat(health.helan.foundation.rest.Messages.of(Locale.ENGLISH, refusal))
                  .contains("HELAN_SEAL_KEY");
            });
  }

  @Test
  void withoutAFontItSaysWhatToInstall() {
    String id = report();
    var operation =
        new PrintOperation(
            new Printing(
                Fonts.none(), server.signatures, server.signers, server.stamps, server.clock));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(
            () ->
                operation.execute(
                    new FhirOperation.Call(
                        doctor,
                        server.store,
                        "GET",
                        "DiagnosticReport",
                        id,
                        Query.parse(null),
                        null,
                        server.base,
                        Locale.ENGLISH)))
        .satisfies(
            refusal -> {
              assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NOT_IMPLEMENTED);
              assertThat(health.helan.foundation.rest.Messages.of(Locale.ENGLISH, refusal))
                  .contains("fonts-wqy-microhei");
            });
  }
}
