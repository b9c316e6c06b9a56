package health.helan.foundation.trust.oversight;

import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.HistoryRequest;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.trust.audit.AuditLog;
import health.helan.foundation.trust.audit.AuditProof;
import health.helan.foundation.trust.crypto.Signer;
import health.helan.foundation.trust.signature.SignatureProof;
import health.helan.foundation.trust.signature.Signatures;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.sql.DataSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An encounter from end to end (诊疗过程回放): every version of what belongs to it, who signed, who was
 * let in, who asked for what; each line with what proves it. No content of the record is in it.
 */
public final class Replays {
  private static final Caller PLATFORM = Caller.platform("replay");
  private static final int MOST_RESOURCES = 500;
  private static final int MOST_EVENTS = 20_000;

  private final RecordStore store;
  private final DataSource searches;
  private final Traces traces;
  private final Belongings belongings;
  private final AuditLog log;
  private final Signatures signatures;
  private final Signer signer;

  /**
   * @param searches for reading
   * @param database for noting who asked
   * @param signer the key that seals the audit
   */
  public Replays(
      RecordStore store,
      DataSource searches,
      DataSource database,
      AuditLog log,
      Signatures signatures,
      Signer signer) {
    this.store = store;
    this.searches = searches;
    this.traces = new Traces(store, searches, database, log);
    this.belongings = new Belongings(store);
    this.log = log;
    this.signatures = signatures;
    this.signer = signer;
  }

  /** A replay: lines in order of time, seals at the end. */
  public record Replay(String about, List<ObjectNode> lines) {}

  /**
   * Replays an encounter that the caller may read.
   *
   * @param note the file that it is asked for; stays in the resident's own trace
   * @throws Refusal NOT_FOUND for an Encounter that the caller does not see; INVALID without a note
   */
  public Replay of(Caller caller, String id, String note) {
    String document = Note.of(note, "case");
    store.read(caller, "Encounter", id); // The policy: a regulator inside a case, staff of its own.
    String patient = patient(id);
    long subject = store.purges().subject(patient);
    AccessTrail.noteAsked(subject);
    try {
      log.index();
      log.seal();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    Set<String> resources = resources(id, patient);
    List<ObjectNode> lines = new ArrayList<>();
    for (String reference : resources) {
      versions(reference, lines);
    }
    var asked =
        new Traces.Asked(
            subject,
            resources,
            caller.role() == Caller.Role.PRACTITIONER ? caller.institution() : null,
            Instant.EPOCH,
            Instant.parse("9999-01-01T00:00:00Z"),
            MOST_EVENTS);
    AuditProof.Proofs proofs;
    try (Connection connection = searches.getConnection()) {
      traces.grantsDuring(connection, asked, lines);
      proofs = AuditProof.of(connection, traces.places(connection, asked));
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    for (AuditProof.Proved row : proofs.rows()) {
      ObjectNode line = line("request", row.at());
      line.set("row", row.row());
      line.put("previous", row.previous()).put("seal", row.seal()).put("whole", row.whole());
      lines.add(line);
    }
    lines.sort(
        Comparator.comparing((ObjectNode line) -> Instant.parse(line.path("at").asString("")))
            .thenComparing(line -> line.path("type").asString("")));
    proofs.seals().values().forEach(seal -> lines.add(sealed(seal)));
    traces.inquire(caller, subject, document);
    return new Replay("Encounter/" + id, lines);
  }

  private static ObjectNode sealed(ObjectNode seal) {
    ObjectNode line = Json.MAPPER.createObjectNode().put("type", "seal");
    line.setAll(seal);
    return line;
  }

  /** A replay as a file that {@link Evidence#verify} checks. */
  public byte[] file(Replay replay, String by) {
    return Evidence.write(
        replay.lines(), replay.about(), by, Instant.now().truncatedTo(ChronoUnit.MILLIS), signer);
  }

  /** The last line of that file by itself, for who has the others already. */
  public ObjectNode manifest(Replay replay, String by) {
    return Evidence.manifest(
        replay.lines(), replay.about(), by, Instant.now().truncatedTo(ChronoUnit.MILLIS), signer);
  }

  static ObjectNode line(String type, Instant at) {
    return Json.MAPPER.createObjectNode().put("type", type).put("at", at.toString());
  }

  private String patient(String id) {
    byte[] content = store.read(PLATFORM, "Encounter", id).content();
    String reference =
        content == null
            ? ""
            : Json.MAPPER.readTree(content).path("subject").path("reference").asString("");
    if (!reference.startsWith("Patient/")) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Encounter", id);
    }
    return reference.substring("Patient/".length());
  }

  // ------------------------------------------------------------------ what belongs to it

  private Set<String> resources(String id, String patient) {
    Set<String> all = new LinkedHashSet<>(traces.ofEncounter(id));
    belongings.add(all, id, patient);
    for (String reference : List.copyOf(all)) {
      belongings.find(all, "Provenance", "target", reference);
    }
    if (all.size() > MOST_RESOURCES) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "oversight.replay-large", MOST_RESOURCES);
    }
    return all;
  }

  // ------------------------------------------------------------------ versions, signatures

  private void versions(String reference, List<ObjectNode> lines) {
    String type = reference.substring(0, reference.indexOf('/'));
    String id = reference.substring(reference.indexOf('/') + 1);
    String cursor = null;
    do {
      HistoryRequest.Page page;
      try {
        page = store.history(PLATFORM, new HistoryRequest(type, id, null, null, null, 500, cursor));
      } catch (Refusal e) {
        if (e.kind() == Refusal.Kind.TRANSIENT) {
          throw e;
        }
        return; // Named, and never there.
      }
      for (ResourceVersion version : page.versions()) {
        version(version, lines);
      }
      cursor = page.next();
    } while (cursor != null);
  }

  private void version(ResourceVersion version, List<ObjectNode> lines) {
    byte[] content = version.content();
    String what = version.type() + "/" + version.id() + "/_history/" + version.version();
    ObjectNode line = line("version", version.updated()).put("what", what);
    line.put("act", version.method().name().toLowerCase(Locale.ROOT));
    if (content != null) {
      line.put("digest", SignatureProof.digest(content));
      ObjectNode tree = (ObjectNode) Json.MAPPER.readTree(content);
      if (!version.type().equals("Provenance")) {
        String status = tree.path("status").asString("");
        if (!status.isEmpty()) {
          line.put("status", status);
        }
      } else if (tree.path("signature").isEmpty()) {
        act(tree, line);
      } else {
        signature(version, tree, lines);
      }
    }
    lines.add(line);
  }

  /** A step that was taken: who, and what it was about; not what was said. */
  private static void act(ObjectNode provenance, ObjectNode line) {
    line.put("step", provenance.path("activity").path("coding").path(0).path("code").asString(""));
    JsonNode agent = provenance.path("agent").path(0);
    String who = agent.path("who").path("reference").asString("");
    line.put(
        "who",
        who.isEmpty() ? agent.path("who").path("identifier").path("value").asString("") : who);
    ArrayNode targets = line.putArray("targets");
    for (JsonNode target : provenance.path("target")) {
      targets.add(target.path("reference").asString(""));
    }
  }

  private void signature(ResourceVersion version, ObjectNode provenance, List<ObjectNode> lines) {
    ObjectNode line = line("signature", version.updated());
    line.put("what", "Provenance/" + version.id() + "/_history/" + version.version());
    line.put(
        "signer", provenance.path("signature").path(0).path("who").path("reference").asString(""));
    try {
      var verdict = signatures.verify(store, PLATFORM, version.id());
      line.put("verdict", verdict.verdict().code());
      if (!verdict.detail().isEmpty()) {
        line.put("detail", verdict.detail());
      }
    } catch (Refusal e) {
      line.put("verdict", "missing");
    }
    line.set("provenance", provenance);
    lines.add(line);
  }
}
