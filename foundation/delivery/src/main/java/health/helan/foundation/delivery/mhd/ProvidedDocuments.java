package health.helan.foundation.delivery.mhd;

import static health.helan.foundation.delivery.mhd.Metadata.text;

import health.helan.foundation.rest.Query;
import health.helan.foundation.rest.TransactionRules;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The Document Recipient of MHD: what a Provide Document Bundle (ITI-65) must keep, and what
 * follows from it. A submission is one SubmissionSet, its documents with their bytes, perhaps
 * Folders, all about one patient; a document that another replaces is superseded in the same
 * transaction. Codes in brackets are those of IHE ITI TF-3, table 4.2.4.1-2.
 */
public final class ProvidedDocuments implements TransactionRules {
  private static final String STATEMENTS = Profile.CANONICAL + "CapabilityStatement/";

  @Override
  public void install(RecordStore store) {
    MhdParameters.install(store);
  }

  @Override
  public Set<String> profiles() {
    return Profile.urls();
  }

  @Override
  public List<String> instantiates() {
    return List.of(
        STATEMENTS + "IHE.MHD.DocumentRecipient",
        STATEMENTS + "IHE.MHD.DocumentRecipient.Comprehensive",
        STATEMENTS + "IHE.MHD.DocumentRecipient.UnContained",
        STATEMENTS + "IHE.MHD.DocumentResponder");
  }

  @Override
  public Map<String, List<String>> supportedProfiles() {
    return Map.of("Bundle", Profile.listed());
  }

  @Override
  public void judge(Draft draft) {
    new Submission(draft).judge();
  }

  /** One submission under judgement. */
  private static final class Submission {
    private final Draft draft;
    private final Faulty faulty = new Faulty();
    private final Metadata metadata;
    private final List<Entry> sets = new ArrayList<>();
    private final List<Entry> folders = new ArrayList<>();
    private final List<Entry> documents = new ArrayList<>();
    private final List<Entry> updates = new ArrayList<>();
    private final List<Entry> patients = new ArrayList<>();
    private final Map<String, Entry> binaries = new LinkedHashMap<>();
    private final Map<Entry, ObjectNode> trees = new HashMap<>();

    /** Those of {@link #binaries} that a document speaks of. */
    private final Set<String> spokenOf = new HashSet<>();

    /** Identifiers of this submission that nobody else may have. */
    private final Set<String> taken = new HashSet<>();

    /** Reference of whom the submission is about, as first met; null until then. */
    private @Nullable String subject;

    Submission(Draft draft) {
      this.draft = draft;
      metadata = new Metadata(Profile.strictest(draft.profiles()), faulty);
    }

    void judge() {
      for (Entry entry : draft.entries()) {
        sort(entry);
      }
      if (sets.size() != 1) {
        faulty.add("Bundle.entry", "mhd.submission-sets", sets.size());
      }
      if (patients.size() > 1) {
        faulty.add("Bundle.entry", "mhd.once", "Patient");
      }
      faulty.refuse();
      Entry set = sets.getFirst();
      metadata.submissionSet(place(set), tree(set));
      folders.forEach(folder -> metadata.folder(place(folder), tree(folder)));
      documents.forEach(one -> metadata.documentReference(place(one), tree(one)));
      faulty.refuse();
      subjects();
      identifiers(set);
      folders.forEach(this::identifiers);
      documents.forEach(this::identifiers);
      members(set);
      documents.forEach(this::content);
      for (Map.Entry<String, Entry> binary : binaries.entrySet()) {
        if (!spokenOf.contains(binary.getKey())) {
          faulty.add(place(binary.getValue()), "mhd.binary-alone");
        }
      }
      faulty.refuse();
      replacements();
      faulty.refuse();
    }

    private static String place(Entry entry) {
      return "Bundle.entry[" + entry.number() + "].resource";
    }

    /** Metadata are small and looked at more than once; bytes are read when they are needed. */
    private ObjectNode tree(Entry entry) {
      return trees.computeIfAbsent(entry, Entry::resource);
    }

    private void sort(Entry entry) {
      boolean creates = entry.method().equals("POST") && entry.hasResource();
      switch (entry.type()) {
        case "List" -> {
          String type = entry.hasResource() ? Metadata.listType(tree(entry)) : "";
          if (creates && type.equals("submissionset")) {
            sets.add(entry);
          } else if ((creates || entry.method().equals("PUT")) && type.equals("folder")) {
            folders.add(entry);
          } else {
            faulty.add(place(entry), "mhd.list-type");
          }
        }
        case "DocumentReference" -> {
          if (creates) {
            documents.add(entry);
          } else if (entry.method().equals("PATCH") && entry.hasResource()) {
            updates.add(entry);
          } else {
            faulty.add(place(entry), "mhd.entry");
          }
        }
        case "Binary" -> {
          String fullUrl = entry.fullUrl();
          if (creates && fullUrl != null && binaries.put(fullUrl, entry) == null) {
            return;
          }
          faulty.add(place(entry), creates ? "mhd.full-url" : "mhd.entry");
        }
        case "Patient" -> {
          if (entry.method().equals("GET")
              || entry.hasResource() && (creates || entry.method().equals("PUT"))) {
            patients.add(entry);
          } else {
            faulty.add(place(entry), "mhd.entry");
          }
        }
        case "Bundle" -> faulty.add(place(entry), "mhd.fhir-document");
        default -> faulty.add(place(entry), "mhd.entry");
      }
    }

    // -------------------------------------------------------------- whose

    private void subjects() {
      for (Entry document : documents) {
        subject(document, true);
      }
      subject(sets.getFirst(), false);
      folders.forEach(folder -> subject(folder, false));
      faulty.refuse();
    }

    private void subject(Entry entry, boolean needed) {
      JsonNode given = tree(entry).path("subject");
      if (given.isMissingNode()) {
        if (needed) {
          faulty.missing(place(entry), "subject");
        }
        return;
      }
      String found = patient(given);
      if (found == null) {
        faulty.add(place(entry) + ".subject", "mhd.unknown-patient");
        return;
      }
      if (subject == null) {
        subject = found;
      } else if (!subject.equals(found)) {
        faulty.add(place(entry) + ".subject", "mhd.other-patient");
        return;
      }
      entry.belongsTo(found);
      if (!found.equals(text(given, "reference"))) {
        entry.amend(
            tree -> {
              ((ObjectNode) tree.get("subject")).put("reference", found);
              return tree;
            });
      }
    }

    /**
     * {@code Patient/1}, or the fullUrl of a Patient that comes along and is new. Null for one that
     * the sender does not see.
     */
    private @Nullable String patient(JsonNode given) {
      String reference = relative(text(given, "reference"));
      for (Entry one : patients) {
        if (reference.equals(one.fullUrl())) {
          String id = one.id();
          if (one.method().equals("POST")) {
            return reference;
          }
          return id == null ? null : known("Patient/" + id, one.method().equals("PUT"));
        }
      }
      if (reference.startsWith("Patient?")) {
        return found(Query.parse(reference.substring("Patient?".length())).parameters());
      }
      if (reference.isEmpty() && given.path("identifier").has("value")) {
        JsonNode identifier = given.path("identifier");
        return found(
            List.of(
                new SearchRequest.Parameter(
                    "identifier",
                    SearchRequest.escaped(text(identifier, "system"))
                        + "|"
                        + SearchRequest.escaped(text(identifier, "value")))));
      }
      return known(reference, false);
    }

    private String relative(String reference) {
      return reference.startsWith(draft.base() + "/")
          ? reference.substring(draft.base().length() + 1)
          : reference;
    }

    /**
     * @param comes the bundle itself writes it, so that it need not be there
     */
    private @Nullable String known(String reference, boolean comes) {
      if (!reference.matches("Patient/[A-Za-z0-9.-]{1,64}")) {
        return null;
      }
      if (!comes && !reference.equals(subject)) {
        try {
          draft.store().read(draft.caller(), "Patient", reference.substring("Patient/".length()));
        } catch (Refusal e) {
          if (e.kind() == Refusal.Kind.NOT_FOUND || e.kind() == Refusal.Kind.GONE) {
            return null;
          }
          throw e;
        }
      }
      return reference;
    }

    private @Nullable String found(List<SearchRequest.Parameter> criteria) {
      if (criteria.isEmpty()) {
        return null;
      }
      SearchResult result =
          draft
              .store()
              .search(draft.caller(), new SearchRequest("Patient", null, null, criteria, false));
      List<String> matches =
          result.entries().stream()
              .filter(SearchResult.Entry::isMatch)
              .map(entry -> "Patient/" + entry.resource().id())
              .toList();
      return matches.size() == 1 ? matches.getFirst() : null;
    }

    // -------------------------------------------------------------- identifiers, members

    private void identifiers(Entry entry) {
      Set<String> unique = Metadata.unique(tree(entry));
      for (String one : unique) {
        if (!taken.add(entry.type() + "|" + one)) {
          faulty.add(place(entry) + ".identifier", "mhd.identifier-twice");
          return;
        }
      }
      String criteria = Metadata.criteria(unique);
      if (criteria != null && entry.method().equals("POST")) {
        entry.onlyNew(criteria);
      }
    }

    /** All that is new is in the SubmissionSet, and all that it names by a fullUrl is there. */
    private void members(Entry set) {
      var named = new HashSet<String>();
      for (JsonNode member : tree(set).path("entry")) {
        String reference = text(member.path("item"), "reference");
        named.add(reference);
        if (reference.startsWith("urn:") && !isNew(reference)) {
          faulty.add(place(set) + ".entry", "mhd.member-missing");
        }
      }
      for (List<Entry> some : List.of(documents, folders)) {
        for (Entry entry : some) {
          if (entry.method().equals("POST")
              && (entry.fullUrl() == null || !named.contains(entry.fullUrl()))) {
            faulty.add(place(entry), "mhd.no-member");
          }
        }
      }
      for (Entry folder : folders) {
        for (JsonNode member : tree(folder).path("entry")) {
          String reference = text(member.path("item"), "reference");
          if (reference.startsWith("urn:") && !isNew(reference)) {
            faulty.add(place(folder) + ".entry", "mhd.member-missing");
          }
        }
      }
    }

    private boolean isNew(String fullUrl) {
      for (List<Entry> some : List.of(documents, folders)) {
        for (Entry entry : some) {
          if (fullUrl.equals(entry.fullUrl())) {
            return true;
          }
        }
      }
      return false;
    }

    // -------------------------------------------------------------- bytes

    private void content(Entry document) {
      JsonNode attachment = tree(document).path("content").path(0).path("attachment");
      String at = place(document) + ".content[0].attachment";
      String url = text(attachment, "url");
      Entry binary = binaries.get(url);
      if (binary == null) {
        faulty.add(at + ".url", "mhd.no-binary");
        return;
      }
      if (!spokenOf.add(url)) {
        faulty.add(at + ".url", "mhd.binary-shared");
        return;
      }
      ObjectNode bytes = binary.resource();
      if (!text(bytes, "contentType").equalsIgnoreCase(text(attachment, "contentType"))) {
        faulty.add(at + ".contentType", "mhd.content-type");
      }
      byte[] content;
      try {
        content = Base64.getMimeDecoder().decode(text(bytes, "data"));
      } catch (IllegalArgumentException e) {
        faulty.add(place(binary) + ".data", "rest.base64-broken");
        return;
      }
      if (content.length == 0) {
        faulty.missing(place(binary), "data");
        return;
      }
      String hash = Base64.getEncoder().encodeToString(sha1(content));
      int size = content.length;
      if (attachment.has("hash") && !text(attachment, "hash").equals(hash)) {
        faulty.add(at + ".hash", "mhd.hash");
      }
      if (attachment.has("size") && attachment.path("size").asLong(-1) != size) {
        faulty.add(at + ".size", "mhd.size");
      }
      String whose = Objects.requireNonNull(subject);
      if (bytes.has("securityContext")
          && !whose.equals(relative(text(bytes.path("securityContext"), "reference")))) {
        faulty.add(place(binary) + ".securityContext", "mhd.other-patient");
      }
      document.amend(
          tree -> {
            var kept = (ObjectNode) tree.path("content").path(0).get("attachment");
            kept.put("hash", hash).put("size", size);
            return tree;
          });
      // So that the bytes are the resident's, as their metadata are (docs/guide/access.md).
      binary.belongsTo(whose);
      binary.amend(
          tree -> {
            tree.putObject("securityContext").put("reference", whose);
            return tree;
          });
    }

    /**
     * FHIR R4, datatypes.html#Attachment: the hash is SHA-1, against damage and not against guile.
     */
    private static byte[] sha1(byte[] content) {
      try {
        return MessageDigest.getInstance("SHA-1").digest(content);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    // -------------------------------------------------------------- what is replaced

    private void replacements() {
      var byTarget = new HashMap<String, Entry>();
      for (Entry update : updates) {
        if (!isSuperseding(tree(update))) {
          faulty.add(place(update), "mhd.patch");
        } else if (update.id() == null || byTarget.put(target(update), update) != null) {
          faulty.add(place(update), "mhd.entry");
        }
      }
      var replaced = new HashSet<String>();
      for (Entry document : documents) {
        for (JsonNode relation : tree(document).path("relatesTo")) {
          if ("replaces".equals(text(relation, "code"))) {
            replace(document, relation.path("target"), byTarget, replaced);
          }
        }
      }
      for (Entry update : byTarget.values()) {
        if (!replaced.contains(target(update))) {
          faulty.add(place(update), "mhd.nothing-replaces");
        }
      }
    }

    private static String target(Entry update) {
      return "DocumentReference/" + update.id();
    }

    private void replace(
        Entry document, JsonNode target, Map<String, Entry> byTarget, Set<String> replaced) {
      String reference = relative(text(target, "reference"));
      for (Entry update : byTarget.values()) {
        if (reference.equals(update.fullUrl())) {
          reference = target(update);
          String named = reference;
          String sent = text(target, "reference");
          document.amend(tree -> renamed(tree, sent, named));
        }
      }
      String criteria = null;
      if (reference.startsWith("DocumentReference?")) {
        criteria = reference.substring("DocumentReference?".length());
      } else if (reference.isEmpty() && target.path("identifier").has("value")) {
        JsonNode identifier = target.path("identifier");
        criteria =
            Metadata.criteria(Set.of(text(identifier, "system") + "|" + text(identifier, "value")));
      } else if (!reference.matches("DocumentReference/[A-Za-z0-9.-]{1,64}")) {
        faulty.add(place(document) + ".relatesTo", "mhd.replaced-unknown");
        return;
      }
      if (!replaced.add(criteria == null ? reference : "?" + criteria)) {
        faulty.add(place(document) + ".relatesTo", "mhd.replaced-twice");
        return;
      }
      var supersede =
          new Interaction.Patch(
              "DocumentReference",
              criteria == null ? reference.substring("DocumentReference/".length()) : null,
              criteria,
              superseding(Objects.requireNonNull(subject), place(document) + ".relatesTo"),
              null);
      Entry update = byTarget.get(reference);
      if (update != null) {
        update.instead(supersede);
      } else {
        draft.also(supersede);
      }
    }

    private static ObjectNode renamed(ObjectNode tree, String sent, String named) {
      for (JsonNode relation : tree.path("relatesTo")) {
        if (relation.get("target") instanceof ObjectNode target
            && text(target, "reference").equals(sent)) {
          target.put("reference", named);
        }
      }
      return tree;
    }

    /** Looks at the replaced version while it is locked: of two that replace it, one succeeds. */
    private static UnaryOperator<ObjectNode> superseding(String subject, String place) {
      return before -> {
        if (!subject.equals(text(before.path("subject"), "reference"))) {
          throw new Refusal(
              Refusal.Kind.UNPROCESSABLE, place, "mhd.replaced-other-patient", new Object[] {});
        }
        if (!"current".equals(text(before, "status"))) {
          throw new Refusal(
              Refusal.Kind.CONFLICT, place, "mhd.replaced-not-current", new Object[] {});
        }
        ObjectNode after = before.deepCopy();
        after.put("status", "superseded");
        return after;
      };
    }

    /**
     * Whether a patch does what the profile lets it do and nothing else (IHE.MHD.Patch.Parameters).
     */
    private static boolean isSuperseding(JsonNode parameters) {
      if (!"Parameters".equals(text(parameters, "resourceType"))
          || parameters.path("parameter").size() != 1) {
        return false;
      }
      var parts = new HashMap<String, String>();
      for (JsonNode part : parameters.path("parameter").path(0).path("part")) {
        String value = text(part, "valueCode");
        parts.put(text(part, "name"), value.isEmpty() ? text(part, "valueString") : value);
      }
      return parts.equals(
          Map.of("type", "replace", "path", "DocumentReference.status", "value", "superseded"));
    }
  }
}
