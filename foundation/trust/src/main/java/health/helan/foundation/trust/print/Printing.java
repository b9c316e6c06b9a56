package health.helan.foundation.trust.print;

import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.trust.consent.ConsentTexts;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.crypto.TimeStamps;
import health.helan.foundation.trust.print.Sheet.Align;
import health.helan.foundation.trust.print.Sheet.Cell;
import health.helan.foundation.trust.print.Sheet.Column;
import health.helan.foundation.trust.signature.Signatures;
import health.helan.foundation.trust.signature.Signers;
import health.helan.foundation.trust.signature.Verification;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Puts documents on paper, and seals the file. */
public final class Printing {
  /** A font is parsed for each document, and takes its length in memory while it is. */
  private static final int AT_ONCE = 2;

  private static final long PATIENCE_SECONDS = 30;

  private final Semaphore turns = new Semaphore(AT_ONCE, true);
  private final Fonts fonts;
  private final Signatures signatures;
  private final Signers signers;
  private final TimeStamps stamps;
  private final Clock clock;

  public Printing(
      Fonts fonts, Signatures signatures, Signers signers, TimeStamps stamps, Clock clock) {
    this.fonts = fonts;
    this.signatures = signatures;
    this.signers = signers;
    this.stamps = stamps;
    this.clock = clock;
  }

  /** An item and what was found of its signatures. */
  private record Item(ObjectNode resource, List<Verification> signatures) {}

  /** Of files. */
  enum Format {
    PDF,
    OFD
  }

  /**
   * A document as a signed file.
   *
   * @param version null for the current one
   * @param algorithm of the key that seals the file; SM2 unless another is asked for
   * @throws Refusal NOT_FOUND for what the caller does not see, FORBIDDEN for what it sees masked,
   *     NOT_IMPLEMENTED without a font, and for OFD without a seal of SM2
   */
  byte[] print(
      Call call, @Nullable Integer version, Format format, @Nullable SignatureAlgorithm algorithm) {
    String type = Objects.requireNonNull(call.type());
    String id = Objects.requireNonNull(call.id());
    if (!Words.isPrintable(type)) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "signature.unprintable", type);
    }
    RecordStore store = call.store();
    ResourceVersion current = store.readInFull(call.caller(), type, id);
    ResourceVersion wanted =
        version == null || version == current.version()
            ? current
            : store.readVersion(call.caller(), type, id, version);
    var letter = new Letter(call, wanted);
    var items = new ArrayList<Item>();
    for (ResourceVersion one :
        type.equals("MedicationRequest") && wanted == current
            ? letter.items(wanted)
            : List.of(wanted)) {
      items.add(
          new Item(
              (ObjectNode) Json.MAPPER.readTree(one.content()),
              signatures.verify(store, call.caller(), type, one.id(), one.version()).found()));
    }
    List<Verification> found = items.stream().flatMap(item -> item.signatures.stream()).toList();
    String institution = letter.institution(found);
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Signers.Key key = sealing(found, format == Format.OFD ? SignatureAlgorithm.SM2_SM3 : algorithm);
    if (format == Format.OFD && key.signer().algorithm() != SignatureAlgorithm.SM2_SM3) {
      throw new Refusal(Refusal.Kind.NOT_IMPLEMENTED, "print.ofd-seal");
    }
    byte[] file = inTurn(() -> onPaper(call, letter, items, institution, format, now));
    if (format == Format.OFD) {
      return OfdSeal.seal(file, key, stamps, now);
    }
    return PdfSeal.seal(
        file,
        key,
        stamps,
        commonName(key.signer().certificate()),
        "打印件 " + type + "/" + id + "/_history/" + wanted.version(),
        now);
  }

  /**
   * @throws Refusal TRANSIENT when too many others print
   */
  private byte[] inTurn(Supplier<byte[]> work) {
    try {
      if (!turns.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new Refusal(Refusal.Kind.TRANSIENT, "print.busy");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(Refusal.Kind.TRANSIENT, "print.busy");
    }
    try {
      return work.get();
    } finally {
      turns.release();
    }
  }

  /** The institution's key where it has one here; else the platform's seal. */
  private Signers.Key sealing(List<Verification> found, @Nullable SignatureAlgorithm algorithm) {
    for (Verification one : found) {
      String behalf =
          one.provenance()
              .path("signature")
              .path(0)
              .path("onBehalfOf")
              .path("reference")
              .asString(one.signer());
      if (one.isValid() && behalf.startsWith("Organization/")) {
        Signers.Key key = signers.inVault(behalf, algorithm);
        if (key != null) {
          return key;
        }
      }
    }
    return algorithm == null || algorithm == SignatureAlgorithm.SM2_SM3
        ? signers.seal()
        : signers.seal(algorithm);
  }

  private byte[] onPaper(
      Call call, Letter letter, List<Item> items, String institution, Format format, Instant now) {
    try (Paper paper = format == Format.OFD ? new OfdPaper(fonts, now) : new PdfPaper(fonts)) {
      var sheet = new Sheet(paper);
      String title = letter.title();
      sheet.runningHead(institution.isEmpty() ? title : institution + "　" + title);
      head(sheet, letter, institution, title);
      switch (letter.type) {
        case "MedicationRequest" -> prescription(sheet, letter, items);
        case "DiagnosticReport" -> report(sheet, letter);
        case "Consent" -> consent(sheet, letter);
        case "Composition" -> sections(sheet, letter.document.path("section"), 0);
        default -> other(sheet, letter);
      }
      signatureBlock(sheet, call, letter, items);
      return sheet.finish(
          title,
          institution.isEmpty() ? "Helan" : institution,
          letter.type
              + "/"
              + letter.id
              + "　第 "
              + letter.version
              + " 版　打印于 "
              + Words.date(now.toString()));
    }
  }

  // ------------------------------------------------------------------ head

  private static void head(Sheet sheet, Letter letter, String institution, String title) {
    if (!institution.isEmpty()) {
      sheet.line(institution, 19, true, Sheet.INK, Align.CENTRE);
      sheet.down(1);
    }
    sheet.line(title, institution.isEmpty() ? 19 : 14, true, Sheet.INK, Align.CENTRE);
    sheet.down(6);
    sheet.rule(Sheet.LEFT, Sheet.RIGHT, sheet.y(), 1.2f, Sheet.INK);
    sheet.down(9);
    var facts = new ArrayList<>(letter.resident());
    ObjectNode document = letter.document;
    facts.add(new String[] {"日期", letter.written()});
    facts.add(new String[] {"状态", Words.status(document)});
    String number = document.path("identifier").path(0).path("value").asString("");
    if (number.isEmpty()) {
      number = document.path("groupIdentifier").path("value").asString("");
    }
    facts.add(new String[] {"编号", number});
    var reasons = new ArrayList<String>();
    document.path("reasonCode").forEach(reason -> reasons.add(Words.concept(reason)));
    document.path("reasonReference").forEach(reason -> reasons.add(letter.nameAt(reason)));
    facts.add(new String[] {"临床诊断", String.join("；", reasons)});
    sheet.facts(3, facts);
    sheet.down(5);
    sheet.rule(Sheet.LEFT, Sheet.RIGHT, sheet.y(), 0.5f, Sheet.RULE);
    sheet.down(12);
  }

  // ------------------------------------------------------------------ by type

  private static void prescription(Sheet sheet, Letter letter, List<Item> items) {
    sheet.line("Rp.", 14, true, Sheet.INK, Align.LEFT);
    sheet.down(4);
    int number = 1;
    for (Item item : items) {
      JsonNode one = item.resource;
      String drug = Words.concept(one.path("medicationCodeableConcept"));
      if (drug.isEmpty()) {
        drug = letter.nameAt(one.path("medicationReference"));
      }
      String amount = Words.quantity(one.path("dispenseRequest").path("quantity"));
      sheet.room(52);
      float right = amount.isEmpty() ? 0 : sheet.width("× " + amount, 11, true) + 12;
      List<String> lines = sheet.wrap(number + ". " + drug, 11, true, Sheet.WIDTH - right - 8);
      if (!amount.isEmpty()) {
        sheet.text(
            "× " + amount, 11, true, Sheet.INK, Sheet.LEFT, sheet.y(), Sheet.WIDTH, Align.RIGHT);
      }
      for (String line : lines) {
        sheet.room(11 * 1.5f);
        sheet.text(
            line, 11, true, Sheet.INK, Sheet.LEFT + 8, sheet.y(), Sheet.WIDTH - 8, Align.LEFT);
        sheet.down(11 * 1.5f);
      }
      for (JsonNode dosage : one.path("dosageInstruction")) {
        String use = dosage(dosage);
        if (!use.isEmpty()) {
          sheet.paragraph("用法：" + use, 10, 22, Sheet.INK);
        }
      }
      for (JsonNode note : one.path("note")) {
        sheet.paragraph("备注：" + note.path("text").asString(""), 10, 22, Sheet.MUTED);
      }
      String status = one.path("status").asString("");
      if (!status.equals("active") && !status.equals("completed")) {
        sheet.paragraph("状态：" + Words.status(one), 10, 22, Sheet.ALERT);
      }
      sheet.down(7);
      number++;
    }
    sheet.line("——以下空白——", 9, false, Sheet.MUTED, Align.CENTRE);
    String doctor = letter.nameAt(letter.document.path("requester"));
    if (!doctor.isEmpty()) {
      sheet.down(4);
      sheet.line("医师：" + doctor, 10.5f, false, Sheet.INK, Align.RIGHT);
    }
  }

  private static String dosage(JsonNode dosage) {
    String text = dosage.path("text").asString("");
    if (!text.isEmpty()) {
      return text;
    }
    var parts = new ArrayList<String>();
    parts.add(Words.concept(dosage.path("route")));
    String dose = Words.quantity(dosage.path("doseAndRate").path(0).path("doseQuantity"));
    parts.add(dose.isEmpty() ? "" : "一次 " + dose);
    JsonNode repeat = dosage.path("timing").path("repeat");
    String code = Words.concept(dosage.path("timing").path("code"));
    if (!code.isEmpty()) {
      parts.add(code);
    } else if (repeat.has("frequency")) {
      String period = repeat.path("period").asString("1");
      String unit =
          switch (repeat.path("periodUnit").asString("")) {
            case "h" -> "小时";
            case "wk" -> "周";
            case "mo" -> "月";
            default -> "日";
          };
      parts.add(
          (period.equals("1") ? "一" + unit : "每 " + period + " " + unit)
              + " "
              + repeat.path("frequency").asString("")
              + " 次");
    }
    parts.removeIf(String::isBlank);
    return String.join("，", parts);
  }

  private static void report(Sheet sheet, Letter letter) {
    ObjectNode document = letter.document;
    sheet.line(Words.concept(document.path("code")), 12, true, Sheet.INK, Align.LEFT);
    sheet.down(4);
    var rows = new ArrayList<List<Cell>>();
    for (JsonNode reference : document.path("result")) {
      ObjectNode observation = letter.at(reference);
      if (observation == null) {
        String name = reference.path("display").asString("结果");
        rows.add(List.of(Cell.of(name), Cell.of("（不可见）"), Cell.of(""), Cell.of(""), Cell.of("")));
      } else if (observation.path("component").size() > 0) {
        rows.add(row(observation, Words.concept(observation.path("code"))));
        for (JsonNode component : observation.path("component")) {
          rows.add(row(component, "　" + Words.concept(component.path("code"))));
        }
      } else {
        rows.add(row(observation, Words.concept(observation.path("code"))));
      }
    }
    if (!rows.isEmpty()) {
      sheet.table(
          List.of(
              new Column("项目", 4, Align.LEFT),
              new Column("结果", 2.4f, Align.RIGHT),
              new Column("提示", 1, Align.CENTRE),
              new Column("单位", 1.6f, Align.LEFT),
              new Column("参考范围", 2.4f, Align.LEFT)),
          rows);
      sheet.down(10);
    }
    String conclusion = document.path("conclusion").asString("");
    for (JsonNode code : document.path("conclusionCode")) {
      conclusion += (conclusion.isEmpty() ? "" : "\n") + Words.concept(code);
    }
    if (!conclusion.isEmpty()) {
      sheet.room(40);
      sheet.line("结论", 11, true, Sheet.INK, Align.LEFT);
      sheet.paragraph(conclusion, 10.5f);
    } else if (rows.isEmpty()) {
      narrative(sheet, document.path("text"));
    }
    var interpreters = new ArrayList<String>();
    document.path("performer").forEach(one -> interpreters.add(letter.nameAt(one)));
    document.path("resultsInterpreter").forEach(one -> interpreters.add(letter.nameAt(one)));
    interpreters.removeIf(String::isBlank);
    if (!interpreters.isEmpty()) {
      sheet.down(6);
      sheet.paragraph("报告：" + String.join("、", interpreters), 10);
    }
    sheet.down(2);
    sheet.paragraph("结果仅对所送标本或所做检查负责。", 8.5f, 0, Sheet.MUTED);
  }

  private static List<Cell> row(JsonNode observation, String name) {
    String flag = Words.flag(observation);
    boolean stands = !flag.isEmpty();
    var color = stands ? Sheet.ALERT : Sheet.INK;
    JsonNode range = observation.path("referenceRange").path(0);
    String text = range.path("text").asString("");
    return List.of(
        Cell.of(name),
        new Cell(Words.value(observation), stands, color),
        new Cell(flag, true, color),
        Cell.of(Words.unit(observation.path("valueQuantity"))),
        Cell.of(text.isEmpty() ? Words.range(range) : text));
  }

  private static void consent(Sheet sheet, Letter letter) {
    ObjectNode document = letter.document;
    var facts = new ArrayList<String[]>();
    facts.add(new String[] {"范围", Words.concept(document.path("scope"))});
    var categories = new ArrayList<String>();
    document.path("category").forEach(one -> categories.add(Words.concept(one)));
    facts.add(new String[] {"类别", String.join("、", categories)});
    for (JsonNode policy : document.path("policy")) {
      facts.add(new String[] {"文本版本", policy.path("uri").asString("")});
    }
    JsonNode provision = document.path("provision");
    facts.add(
        new String[] {
          "意思表示",
          switch (provision.path("type").asString("")) {
            case "deny" -> "不同意";
            case "permit" -> "同意";
            default -> "";
          }
        });
    facts.add(new String[] {"期限", Words.period(provision.path("period"))});
    for (JsonNode actor : provision.path("actor")) {
      facts.add(new String[] {"对象", letter.nameAt(actor.path("reference"))});
    }
    sheet.facts(1, facts);
    sheet.down(8);
    narrative(sheet, document.path("text"));
    for (JsonNode policy : document.path("policy")) {
      String uri = policy.path("uri").asString("");
      for (ConsentTexts.Text text : ConsentTexts.all()) {
        if (text.uri().equals(uri)) {
          sheet.room(60);
          sheet.line("所同意的文本", 11, true, Sheet.INK, Align.LEFT);
          sheet.paragraph(text.chinese(), 9.5f);
        }
      }
    }
  }

  private static void sections(Sheet sheet, JsonNode sections, int depth) {
    for (JsonNode section : sections) {
      String title = section.path("title").asString(Words.concept(section.path("code")));
      sheet.room(46);
      if (!title.isEmpty()) {
        sheet.line(title, depth == 0 ? 12 : 11, true, Sheet.INK, Align.LEFT);
        sheet.down(1);
      }
      narrative(sheet, section.path("text"));
      sheet.down(6);
      sections(sheet, section.path("section"), depth + 1);
    }
  }

  private static void other(Sheet sheet, Letter letter) {
    if (letter.document.path("text").has("div")) {
      narrative(sheet, letter.document.path("text"));
    } else {
      sheet.facts(1, Words.leaves(letter.document));
    }
  }

  private static void narrative(Sheet sheet, JsonNode narrative) {
    for (String line : Words.narrative(narrative)) {
      sheet.paragraph(line, 10.5f);
    }
  }

  // ------------------------------------------------------------------ signatures

  private static void signatureBlock(Sheet sheet, Call call, Letter letter, List<Item> items) {
    float qr = 84;
    sheet.down(12);
    sheet.room(qr + 30);
    sheet.rule(Sheet.LEFT, Sheet.RIGHT, sheet.y(), 0.8f, Sheet.INK);
    sheet.down(8);
    float top = sheet.y();
    String address =
        call.base()
            + "/"
            + letter.type
            + "/"
            + letter.id
            + "/$verify-signature?version="
            + letter.version;
    Dots.draw(sheet, address, Sheet.RIGHT - qr, top - qr, qr);
    sheet.text(
        "扫码验证签名", 7.5f, false, Sheet.MUTED, Sheet.RIGHT - qr, top - qr - 2, qr, Align.CENTRE);
    float width = Sheet.WIDTH - qr - 16;
    var lines = new ArrayList<Signed>();
    for (Item item : items) {
      for (Verification one : item.signatures) {
        Signed.add(lines, letter, one, items.size());
      }
    }
    if (lines.isEmpty()) {
      sheet.text("未签名 / Unsigned", 11, true, Sheet.ALERT, Sheet.LEFT, sheet.y(), width, Align.LEFT);
      sheet.down(18);
      sheet.text("本件没有电子签名，仅供阅读。", 9, false, Sheet.MUTED, Sheet.LEFT, sheet.y(), width, Align.LEFT);
      sheet.down(14);
    }
    for (Signed one : lines) {
      one.draw(sheet, width, items.size());
    }
    float below = top - qr - 16;
    if (sheet.y() > below && sheet.y() <= top) {
      sheet.down(sheet.y() - below);
    }
  }

  /** Signatures of one signer over the items of a document. */
  private static final class Signed {
    private final Verification first;
    private final String signer;
    private int valid;
    private int broken;
    private boolean hasChanged;

    private Signed(Verification first, String signer) {
      this.first = first;
      this.signer = signer;
    }

    static void add(List<Signed> lines, Letter letter, Verification one, int items) {
      JsonNode who = one.provenance().path("signature").path(0).path("who");
      String name = letter.nameAt(who);
      if (name.isEmpty()) {
        name = one.session() ? "居民本人（登录账户）" : who.path("reference").asString("");
      }
      Signed line = null;
      for (Signed there : lines) {
        if (items > 1
            && there.signer.equals(name)
            && Objects.equals(there.first.certificate(), one.certificate())) {
          line = there;
        }
      }
      if (line == null) {
        line = new Signed(one, name);
        lines.add(line);
      }
      if (one.isValid()) {
        line.valid++;
        line.hasChanged |= !letter.shows(one);
      } else {
        line.broken++;
      }
    }

    void draw(Sheet sheet, float width, int items) {
      sheet.room(48);
      boolean holds = broken == 0;
      String verdict =
          holds
              ? (items > 1 ? "签名有效（" + valid + " / " + items + " 项）" : "签名有效")
                  + (hasChanged ? "，但所引内容在签名后已更改" : "")
              : "签名验证未通过：" + first.verdict().code();
      sheet.text(signer, 11, true, Sheet.INK, Sheet.LEFT, sheet.y(), width, Align.LEFT);
      sheet.text(
          verdict,
          9,
          true,
          holds && !hasChanged ? Sheet.INK : Sheet.ALERT,
          Sheet.LEFT,
          sheet.y() - 1.5f,
          width,
          Align.RIGHT);
      sheet.down(16);
      small(sheet, width, "签署时间　" + Words.date(String.valueOf(first.when())));
      X509Certificate certificate = first.certificate();
      if (certificate != null) {
        small(
            sheet,
            width,
            (first.session() ? "平台印章证书　" : "证书　")
                + commonName(certificate)
                + "　序列号 "
                + certificate.getSerialNumber().toString(16));
      }
      small(
          sheet,
          width,
          first.session()
              ? "方式　居民登录后在线确认，由平台印章密封（" + first.algorithm() + "）"
              : "算法　" + first.algorithm() + (first.stamped() ? "，有时间戳" : ""));
      sheet.down(6);
    }

    private static void small(Sheet sheet, float width, String text) {
      for (String line : sheet.wrap(text, 8.5f, false, width)) {
        sheet.text(line, 8.5f, false, Sheet.MUTED, Sheet.LEFT, sheet.y(), width, Align.LEFT);
        sheet.down(12.5f);
      }
    }
  }

  /** The last name in a certificate's subject. */
  static String commonName(X509Certificate certificate) {
    try {
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          return String.valueOf(part.getValue());
        }
      }
    } catch (InvalidNameException e) {
      // Shown whole.
    }
    return certificate.getSubjectX500Principal().getName();
  }
}
