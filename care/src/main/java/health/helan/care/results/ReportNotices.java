package health.helan.care.results;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.NoticeJson;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.changes.Change;
import health.helan.foundation.store.changes.ChangeConsumer;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells residents of reports that are issued, changed or taken back, and of documents that are
 * signed: a Communication each, once for each version, whatever is repeated or restarted. It holds
 * the report's name and who issued it, none of its results. Behind the change log: no report waits
 * for its notice.
 */
public final class ReportNotices implements ChangeConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(ReportNotices.class);

  /** Its place in the log is kept under this name. */
  static final String NAME = "report-notices";

  /** {@code Communication.topic}; with the version also the identifier. */
  static final String TOPIC = "https://helan.health/fhir/CodeSystem/report-notice";

  /** System of the second identifier, by which all notices about one report are found. */
  static final String ABOUT = "https://helan.health/fhir/sid/notice-about";

  private static final Caller PLATFORM = Caller.platform("results");

  /** What was issued earlier came with a load of old records, which is no news to anybody. */
  private static final Duration NEWS = Duration.ofDays(7);

  /** The same, where a report does not say when it was issued: by what it is about. */
  private static final Duration NEWS_OF_FINDINGS = Duration.ofDays(30);

  private static final Pattern PATIENT = Pattern.compile("Patient/[A-Za-z0-9.-]{1,64}");
  private static final Pattern SIGNED =
      Pattern.compile(
          "(Composition|DocumentReference)/([A-Za-z0-9.-]{1,64})/_history/([0-9]{1,9})");
  private static final int LONGEST_NAME = 80;

  /** What is told. */
  enum Kind {
    ISSUED("检查检验报告已出：%s。%s", "A report was issued: %s.%s"),
    CHANGED("报告有更改，请以新版为准：%s。%s", "A report was changed, the new version counts: %s.%s"),
    WITHDRAWN("报告已撤回，请勿再作为依据：%s。%s", "A report was withdrawn and counts no more: %s.%s"),
    SIGNED("病历文书已签署：%s。%s", "A document was signed: %s.%s"),
    /** A signed document that appends an earlier one, which stays as it was. */
    ADDED("医生补充了病历，原病历不变：%s。%s", "Something was added to your record: %s.%s");

    private final String chinese;
    private final String english;

    Kind(String chinese, String english) {
      this.chinese = chinese;
      this.english = english;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Of a DiagnosticReport; null for one that residents are not told of. */
    static @Nullable Kind of(String status) {
      return switch (status) {
        case "final" -> ISSUED;
        case "amended", "corrected", "appended" -> CHANGED;
        case "cancelled", "entered-in-error" -> WITHDRAWN;
        default -> null;
      };
    }
  }

  private final RecordStore store;
  private final Clock clock;

  public ReportNotices(RecordStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  /** What was issued before there were notices is no news. */
  @Override
  public Start start() {
    return Start.NOW;
  }

  @Override
  public int changesPerTransaction() {
    return 500;
  }

  @Override
  public boolean takesTogether() {
    return true;
  }

  @Override
  public void take(Connection transaction, List<Change> changes) throws SQLException {
    takeTogether(transaction, List.of(changes));
  }

  /** Most of a load of old records is nothing to tell of: one look at all of it says so. */
  @Override
  public void takeTogether(Connection transaction, List<List<Change>> homes) throws SQLException {
    Map<Integer, Collection<String>> reports = new TreeMap<>();
    Map<Integer, Collection<String>> signatures = new TreeMap<>();
    for (List<Change> changes : homes) {
      for (Change change : changes) {
        var of =
            switch (change.type()) {
              case "DiagnosticReport" -> reports;
              case "Provenance" -> signatures;
              default -> null; // Nothing that residents wait for.
            };
        if (of != null && !change.isDeletion()) {
          of.computeIfAbsent(change.home(), _ -> new LinkedHashSet<>()).add(change.id());
        }
      }
    }
    for (JsonNode report : current(transaction, "DiagnosticReport", reports)) {
      takeReport(report);
    }
    for (JsonNode provenance : current(transaction, "Provenance", signatures)) {
      if (!provenance.path("signature").isEmpty()) {
        takeSignature(transaction, provenance);
      }
    }
  }

  /** As they are now: of several versions at once residents are told of the last. */
  private List<JsonNode> current(
      Connection transaction, String type, Map<Integer, Collection<String>> ids)
      throws SQLException {
    List<JsonNode> found = new ArrayList<>();
    for (PlatformRows.Owned row : store.rows().currentOf(transaction, type, ids)) {
      byte[] content = row.version().content();
      if (content != null) {
        found.add(Json.MAPPER.readTree(content));
      }
    }
    return found;
  }

  private void takeReport(JsonNode report) {
    Kind kind = Kind.of(report.path("status").asString(""));
    if (kind == null) {
      return;
    }
    boolean wasTold = wasTold(report);
    if (wasTold && kind == Kind.ISSUED) {
      kind = Kind.CHANGED; // Sent again as final: it is another version all the same.
    }
    // One that nobody was told of needs no word that it is gone.
    if (kind == Kind.WITHDRAWN ? wasTold : wasTold || isNews(report)) {
      tell(
          report,
          kind,
          text(report.path("code")),
          report.path("performer").path(0).path("reference").asString(""),
          report.path("code"));
    }
  }

  private void takeSignature(Connection transaction, JsonNode provenance) throws SQLException {
    Matcher target =
        SIGNED.matcher(provenance.path("target").path(0).path("reference").asString(""));
    if (!target.matches() || !isRecent(provenance.path("recorded").asString(""), NEWS)) {
      return;
    }
    String type = target.group(1);
    ObjectNode document = store.rows().read(transaction, PLATFORM, type, target.group(2));
    if (document == null
        // A later version waits for a signature of its own.
        || !document.path("meta").path("versionId").asString("").equals(target.group(3))
        || document.path("status").asString("").equals("entered-in-error")) {
      return;
    }
    boolean isComposition = type.equals("Composition");
    String name = document.path(isComposition ? "title" : "description").asString("");
    tell(
        document,
        isAddendum(document) ? Kind.ADDED : Kind.SIGNED,
        name.isBlank() ? text(document.path("type")) : name,
        document.path("custodian").path("reference").asString(""),
        document.path("type"));
  }

  private static boolean isAddendum(JsonNode document) {
    for (JsonNode relation : document.path("relatesTo")) {
      if (relation.path("code").asString("").equals("appends")) {
        return true;
      }
    }
    return false;
  }

  private boolean isNews(JsonNode report) {
    String issued = report.path("issued").asString("");
    String about =
        report
            .path("effectiveDateTime")
            .asString(report.path("effectivePeriod").path("end").asString(""));
    return issued.isEmpty() ? isRecent(about, NEWS_OF_FINDINGS) : isRecent(issued, NEWS);
  }

  /** What says no time counts as recent: it is there since a moment ago. */
  private boolean isRecent(String time, Duration within) {
    try {
      Instant at =
          time.isEmpty()
              ? clock.instant()
              : time.length() == 10
                  ? LocalDate.parse(time).atStartOfDay(ZoneOffset.UTC).toInstant()
                  : OffsetDateTime.parse(time).toInstant();
      return at.isAfter(clock.instant().minus(within));
    } catch (DateTimeException e) {
      return false; // A year or a month.
    }
  }

  private static String text(JsonNode concept) {
    String text = concept.path("text").asString("");
    return text.isBlank() ? concept.path("coding").path(0).path("display").asString("") : text;
  }

  private boolean wasTold(JsonNode resource) {
    return !store
        .search(
            PLATFORM,
            new SearchRequest(
                "Communication",
                null,
                null,
                List.of(
                    new Parameter("identifier", ABOUT + "|" + reference(resource)),
                    new Parameter("_count", "1")),
                false))
        .entries()
        .isEmpty();
  }

  private static String reference(JsonNode resource) {
    return resource.path("resourceType").asString("") + "/" + resource.path("id").asString("");
  }

  /**
   * @param concept whose codes tell what is sensitive, so that the notice is no easier to see than
   *     what it is about
   */
  private void tell(JsonNode about, Kind kind, String name, String by, JsonNode concept) {
    String patient = about.path("subject").path("reference").asString("");
    if (!PATIENT.matcher(patient).matches()) {
      return; // A Group, a specimen, somebody of another server.
    }
    String version =
        reference(about).replace('/', '.') + "." + about.path("meta").path("versionId").asString();
    ObjectNode notice =
        NoticeJson.about(
            NoticeJson.of(patient, TOPIC, kind.word(), words(kind, name, by), clock.instant()),
            reference(about));
    if (!about.path("meta").path("security").isEmpty()) {
      notice.putObject("meta").set("security", about.path("meta").path("security"));
    }
    var identifiers = notice.putArray("identifier");
    identifiers.addObject().put("system", TOPIC).put("value", version);
    identifiers.addObject().put("system", ABOUT).put("value", reference(about));
    if (!concept.path("coding").isEmpty()) {
      notice.putArray("reasonCode").addObject().set("coding", concept.path("coding"));
    }
    try {
      var unused =
          store.write(
              PLATFORM,
              new Interaction.Create(
                  "Communication",
                  Interaction.Body.of(notice),
                  "identifier=" + TOPIC + "|" + version,
                  null,
                  patient));
    } catch (Refusal e) {
      switch (e.kind()) {
        // Comes again with the same changes.
        case TRANSIENT, CONFLICT, DUPLICATE, NO_STORE, THROTTLED -> throw e;
        // Would hold up all of that home for ever.
        default -> LOG.warn("A notice could not be written: {}", e.messageKey());
      }
    }
  }

  private static void coding(ObjectNode concept, String system, String code) {
    concept.putArray("coding").addObject().put("system", system).put("code", code);
  }

  /** Who issued it stands there by reference: pages show the name of today. */
  private static String words(Kind kind, String name, String by) {
    String shown =
        name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "…" : name.strip();
    boolean isKnown = by.matches("(Organization|Practitioner)/[A-Za-z0-9.-]{1,64}");
    return kind.chinese.formatted(shown.isEmpty() ? "未命名" : shown, isKnown ? "出具：" + by + "。" : "")
        + "\n"
        + kind.english.formatted(
            shown.isEmpty() ? "untitled" : shown, isKnown ? " From: " + by + "." : "");
  }
}
