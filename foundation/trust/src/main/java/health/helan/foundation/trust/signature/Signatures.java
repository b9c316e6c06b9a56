package health.helan.foundation.trust.signature;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.crypto.CertificateRefused;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.crypto.SignedMessage;
import health.helan.foundation.trust.crypto.TimeStamps;
import health.helan.foundation.trust.crypto.TrustedAuthorities;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Signing documents, and verifying what was signed. */
public final class Signatures {
  /** How long a client may take to sign what it was given. */
  static final Duration TIME_TO_SIGN = Duration.ofMinutes(10);

  private static final Pattern TARGET =
      Pattern.compile("([A-Za-z]{1,64})/([A-Za-z0-9\\-.]{1,64})/_history/([0-9]{1,9})");
  private static final Pattern LOCAL =
      Pattern.compile("([A-Za-z]{1,64})/([A-Za-z0-9\\-.]{1,64})(/_history/[0-9]{1,9})?");

  /** Enough for any document; more than that is refused by the search itself. */
  private static final String MOST_SIGNATURES = "500";

  private final Signers signers;
  private final TrustedAuthorities trusted;
  private final TimeStamps stamps;
  private final Clock clock;
  private final Licences licences;

  /** Where no provider registry is kept. */
  public Signatures(Signers signers, TrustedAuthorities trusted, TimeStamps stamps, Clock clock) {
    this(signers, trusted, stamps, clock, Licences.NONE);
  }

  /**
   * @param licences asked at each signing whether the signer may act
   */
  public Signatures(
      Signers signers,
      TrustedAuthorities trusted,
      TimeStamps stamps,
      Clock clock,
      Licences licences) {
    this.licences = licences;
    this.signers = signers;
    this.trusted = trusted;
    this.stamps = stamps;
    this.clock = clock;
  }

  /**
   * A wish to sign.
   *
   * @param version that the signer has read; null for whichever is the current one
   * @param signatureType a code of {@link SignatureTypes}; null for what the resource suggests
   * @param reason CodeableConcept; null for none
   * @param algorithm of the key in the vault; null for any
   */
  public record Wish(
      String type,
      String id,
      @Nullable Integer version,
      @Nullable String signatureType,
      @Nullable JsonNode reason,
      @Nullable SignatureAlgorithm algorithm) {}

  /** The exact content that is signed. */
  private record Content(List<String> targets, byte[] bytes, ObjectNode document) {}

  /**
   * What a client's own key is to sign.
   *
   * @param content in canonical form, for the client to look at
   * @param attributes the bytes to sign: the digest of the content and what is said of the act
   */
  public record Input(
      String document,
      byte[] content,
      byte[] attributes,
      X509Certificate certificate,
      SignatureAlgorithm algorithm) {}

  // ------------------------------------------------------------------ signing

  /**
   * Signs with the caller's key in the vault; a resident with the platform's seal upon the sign-in.
   *
   * @return the Provenance that was written
   * @throws Refusal if the caller may not sign it, sees it masked, or has no key that holds
   */
  public Outcome sign(RecordStore store, Caller caller, Wish wish) {
    Content content = content(store, caller, wish);
    boolean isResident = caller.role() == Caller.Role.RESIDENT;
    Signers.Key key =
        isResident ? signers.seal() : signers.inVault(holder(caller), wish.algorithm());
    if (key == null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "signature.no-certificate");
    }
    Instant now = now();
    trusted.check(key.chain(), now);
    ObjectNode provenance = provenance(caller, wish, content, now);
    SignedMessage message =
        SignedMessage.sign(
            content.bytes, key.signer(), key.chain(), now, Act.statement(provenance));
    return write(store, caller, provenance, message, content);
  }

  /**
   * The bytes that a client's own key is to sign.
   *
   * @param certificate of that key; null where only one is registered as the caller's
   */
  public Input input(
      RecordStore store, Caller caller, Wish wish, @Nullable X509Certificate certificate) {
    Content content = content(store, caller, wish);
    List<X509Certificate> chain = ownChain(caller, certificate);
    Instant now = now();
    trusted.check(chain, now);
    ObjectNode provenance = provenance(caller, wish, content, now);
    return new Input(
        content.targets.getFirst(),
        content.bytes,
        SignedMessage.attributes(content.bytes, chain.getFirst(), now, Act.statement(provenance)),
        chain.getFirst(),
        SignatureAlgorithm.of(chain.getFirst().getPublicKey()));
  }

  /**
   * Takes a signature that a client's own key made over what {@link #input} gave, if it holds.
   *
   * @param attributes as {@link #input} gave them
   */
  public Outcome accept(
      RecordStore store,
      Caller caller,
      Wish wish,
      @Nullable X509Certificate certificate,
      byte[] attributes,
      byte[] signature) {
    Content content = content(store, caller, wish);
    List<X509Certificate> chain = ownChain(caller, certificate);
    SignedMessage message;
    try {
      message = SignedMessage.assemble(attributes, chain, signature);
    } catch (RuntimeException e) {
      throw differ(); // Bytes of others.
    }
    Instant at = message.claimedTime();
    if (at == null) {
      throw differ();
    }
    ObjectNode provenance = provenance(caller, wish, content, at);
    byte[] expected =
        SignedMessage.attributes(content.bytes, chain.getFirst(), at, Act.statement(provenance));
    if (!java.security.MessageDigest.isEqual(expected, attributes)) {
      throw differ();
    }
    Instant now = now();
    if (at.isAfter(now) || at.isBefore(now.minus(TIME_TO_SIGN))) {
      throw new Refusal(
          Refusal.Kind.UNPROCESSABLE, "signature.attributes-old", TIME_TO_SIGN.toMinutes());
    }
    if (!message.holds()) {
      throw new Refusal(Refusal.Kind.UNPROCESSABLE, "signature.does-not-hold");
    }
    trusted.check(chain, now);
    return write(store, caller, provenance, message, content);
  }

  private static Refusal differ() {
    return new Refusal(Refusal.Kind.UNPROCESSABLE, "signature.attributes-differ");
  }

  /** Whole seconds: a signing time in CMS has no finer ones. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  private List<X509Certificate> ownChain(Caller caller, @Nullable X509Certificate given) {
    if (caller.role() == Caller.Role.RESIDENT) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "signature.residents-sign-here");
    }
    String holder = holder(caller);
    if (given != null) {
      if (!signers.isOf(holder, given)) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "signature.certificate-not-yours");
      }
      Signers.forSigning(given);
      return signers.completed(holder, List.of(given));
    }
    List<List<X509Certificate>> kept =
        signers.of(holder).stream()
            .filter(one -> one.keyName().isEmpty())
            .map(Signers.Registered::chain)
            .toList();
    if (kept.size() != 1) {
      throw new Refusal(Refusal.Kind.INVALID, "signature.parameter-missing", "certificate");
    }
    return kept.getFirst();
  }

  /** In whose name the caller signs with a certificate. */
  private static String holder(Caller caller) {
    return caller.role() == Caller.Role.PRACTITIONER
        ? "Practitioner/" + caller.binding().practitioner()
        : "Organization/" + caller.institution();
  }

  private static ObjectNode provenance(Caller caller, Wish wish, Content content, Instant at) {
    String type = SignatureTypes.of(wish.signatureType(), wish.type());
    ObjectNode who = Json.MAPPER.createObjectNode();
    String onBehalfOf = null;
    boolean isResident = caller.role() == Caller.Role.RESIDENT;
    if (isResident) {
      // Of one who acts for others it is not known which of them it is: the account tells.
      who.put("type", "Patient");
      if (caller.binding().patients().size() == 1) {
        who.put("reference", "Patient/" + caller.binding().patients().iterator().next());
      } else {
        who.putObject("identifier")
            .put("system", "https://helan.health/fhir/NamingSystem/account")
            .put("value", caller.subject());
        onBehalfOf = patient(content.document);
      }
    } else {
      who.put("reference", holder(caller));
      if (caller.role() == Caller.Role.PRACTITIONER) {
        onBehalfOf = "Organization/" + caller.institution();
      }
    }
    return Act.provenance(
        content.targets, at, type, wish.reason(), who, onBehalfOf, isResident ? caller : null);
  }

  private static @Nullable String patient(ObjectNode document) {
    for (JsonNode reference :
        new JsonNode[] {
          document.path("patient"), document.path("subject"), document.path("subject").path(0)
        }) {
      String text = reference.path("reference").asString("");
      if (text.startsWith("Patient/")) {
        return text;
      }
    }
    return null;
  }

  private Content content(RecordStore store, Caller caller, Wish wish) {
    if (caller.role() != Caller.Role.RESIDENT) {
      // Both when the input is asked for and when the signature is taken: a licence may end
      // between.
      signers.check(licences, holder(caller), caller.institution(), clock.instant());
    }
    ResourceVersion version = store.readToSign(caller, wish.type(), wish.id());
    if (wish.version() != null && wish.version() != version.version()) {
      throw new Refusal(
          Refusal.Kind.PRECONDITION,
          "signature.version-moved",
          wish.type(),
          version.version(),
          wish.version());
    }
    var document = (ObjectNode) Json.MAPPER.readTree(version.content());
    refuseLooseAttachments(document, wish.type());
    var targets = new ArrayList<String>();
    var forms = new ArrayList<byte[]>();
    targets.add(versioned(version));
    forms.add(CanonicalForm.of(document));
    for (String part : parts(document)) {
      ResourceVersion there;
      try {
        Matcher matcher = LOCAL.matcher(part);
        if (!matcher.matches()) {
          continue; // None, kept elsewhere, or contained.
        }
        there = store.readInFull(caller, matcher.group(1), matcher.group(2));
      } catch (Refusal e) {
        if (e.kind() == Refusal.Kind.TRANSIENT) {
          throw e;
        }
        throw new Refusal(Refusal.Kind.UNPROCESSABLE, "signature.part-not-here", wish.type(), part);
      }
      targets.add(versioned(there));
      forms.add(CanonicalForm.of(Objects.requireNonNull(there.content())));
    }
    return new Content(List.copyOf(targets), CanonicalForm.joined(forms), document);
  }

  /** What a document says only by reference: the values of a report, the medicine. */
  private static Set<String> parts(ObjectNode document) {
    var parts = new LinkedHashSet<String>();
    if (document.path("resourceType").asString("").equals("DiagnosticReport")) {
      for (JsonNode result : document.path("result")) {
        parts.add(result.path("reference").asString(""));
      }
    }
    parts.add(document.path("medicationReference").path("reference").asString(""));
    return parts;
  }

  private static String versioned(ResourceVersion version) {
    return version.type() + "/" + version.id() + "/_history/" + version.version();
  }

  /** A signature over an address says nothing of what lies there. */
  private static void refuseLooseAttachments(JsonNode node, String place) {
    if (node instanceof ObjectNode object) {
      boolean isAttachment =
          place.endsWith("ttachment") || place.endsWith("Form") || place.endsWith("photo");
      if (isAttachment && object.has("url") && !object.has("data") && !object.has("hash")) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "signature.attachment-without-hash", place);
      }
      for (var property : object.properties()) {
        if (property.getValue().isContainer()) {
          refuseLooseAttachments(property.getValue(), place + "." + property.getKey());
        }
      }
    } else {
      for (JsonNode one : node) {
        refuseLooseAttachments(one, place);
      }
    }
  }

  private Outcome write(
      RecordStore store,
      Caller caller,
      ObjectNode provenance,
      SignedMessage message,
      Content content) {
    byte[] signed = message.stamped(stamps.stamp(message.signature())).encoded();
    ((ObjectNode) provenance.path("signature").path(0))
        .put("data", Base64.getEncoder().encodeToString(signed));
    // Residents write no Provenance themselves; the platform does, for what it has checked above.
    Caller writer = caller.role() == Caller.Role.RESIDENT ? caller.asPlatform() : caller;
    return store.write(
        writer,
        new Interaction.Create(
            "Provenance",
            Interaction.Body.ours(provenance),
            null,
            null,
            patient(content.document)));
  }

  // ------------------------------------------------------------------ verifying

  /**
   * Everything signed over one version of a resource.
   *
   * @param current newest version of it; 0 when its content cannot be read any more
   * @param others signatures over other versions of it
   */
  public record OfVersion(
      String type, String id, int version, int current, List<Verification> found, int others) {}

  /**
   * Verifies all signatures over a version that the caller may see.
   *
   * @param version null for the current one
   */
  public OfVersion verify(
      RecordStore store, Caller caller, String type, String id, @Nullable Integer version) {
    int current = current(store, caller, type, id);
    List<ObjectNode> over = over(store, caller, type + "/" + id);
    int wanted = version != null ? version : current > 0 ? current : newest(over, type, id);
    if (wanted != current) {
      mustSee(store, caller, type, id, wanted);
    }
    String target = type + "/" + id + "/_history/" + wanted;
    var found = new ArrayList<Verification>();
    int others = 0;
    for (ObjectNode provenance : over) {
      if (targets(provenance).contains(target)) {
        found.add(verify(store, caller, provenance));
      } else {
        others++;
      }
    }
    return new OfVersion(type, id, wanted, current, List.copyOf(found), others);
  }

  /**
   * Number of the current version; 0 when the caller sees it, and its content was damaged.
   *
   * @throws Refusal NOT_FOUND for what the caller does not see
   */
  private static int current(RecordStore store, Caller caller, String type, String id) {
    try {
      return store.read(caller, type, id).version();
    } catch (IllegalStateException e) {
      return 0; // The policy let the row through; only then was it to be opened.
    }
  }

  private static void mustSee(
      RecordStore store, Caller caller, String type, String id, int version) {
    try {
      store.readVersion(caller, type, id, version);
    } catch (IllegalStateException e) {
      // As above: seen, and damaged. The verdict will say so.
    }
  }

  /** The newest version that a signature is over; the first where there is none. */
  private static int newest(List<ObjectNode> provenances, String type, String id) {
    int newest = 1;
    for (ObjectNode provenance : provenances) {
      for (String target : targets(provenance)) {
        Matcher matcher = TARGET.matcher(target);
        if (matcher.matches() && matcher.group(1).equals(type) && matcher.group(2).equals(id)) {
          newest = Math.max(newest, Integer.parseInt(matcher.group(3)));
        }
      }
    }
    return newest;
  }

  /** Signed Provenances over any version, the oldest first. */
  private static List<ObjectNode> over(RecordStore store, Caller caller, String reference) {
    SearchResult result =
        store.search(
            caller.asPlatform(), // Whoever sees a document may know who signed it.
            new SearchRequest(
                "Provenance",
                null,
                null,
                List.of(
                    new SearchRequest.Parameter("target", reference),
                    new SearchRequest.Parameter("_sort", "recorded"),
                    new SearchRequest.Parameter("_count", MOST_SIGNATURES)),
                false));
    var all = new ArrayList<ObjectNode>();
    for (SearchResult.Entry entry : result.entries()) {
      if (Json.MAPPER.readTree(entry.resource().content()) instanceof ObjectNode provenance
          && provenance.path("signature").size() > 0) {
        all.add(provenance);
      }
    }
    return all;
  }

  /**
   * Verifies the signature of a Provenance, for whoever sees the Provenance or what it is of.
   *
   * @throws Refusal NOT_FOUND as for an id that nobody has
   */
  public Verification verify(RecordStore store, Caller caller, String id) {
    ResourceVersion version;
    try {
      version = store.read(caller, "Provenance", id);
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.TRANSIENT) {
        throw e;
      }
      version = throughItsDocument(store, caller, id);
    }
    var provenance = (ObjectNode) Json.MAPPER.readTree(version.content());
    if (provenance.path("signature").isEmpty()) {
      throw new Refusal(Refusal.Kind.UNPROCESSABLE, "signature.no-signature");
    }
    return verify(store, caller, provenance);
  }

  private static ResourceVersion throughItsDocument(RecordStore store, Caller caller, String id) {
    try {
      ResourceVersion version = store.read(caller.asPlatform(), "Provenance", id);
      var provenance = (ObjectNode) Json.MAPPER.readTree(version.content());
      Matcher matcher = TARGET.matcher(targets(provenance).getFirst());
      if (matcher.matches()) {
        store.read(caller, matcher.group(1), matcher.group(2));
        return version;
      }
    } catch (Refusal | java.util.NoSuchElementException e) {
      if (e instanceof Refusal refusal && refusal.kind() == Refusal.Kind.TRANSIENT) {
        throw refusal;
      }
      // The same answer, whatever of it is hidden or not there.
    }
    throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Provenance", id);
  }

  private static List<String> targets(ObjectNode provenance) {
    var targets = new ArrayList<String>();
    for (JsonNode target : provenance.path("target")) {
      targets.add(target.path("reference").asString(""));
    }
    return targets;
  }

  private Verification verify(RecordStore store, Caller caller, ObjectNode provenance) {
    JsonNode signature = provenance.path("signature").path(0);
    List<String> targets = targets(provenance);
    boolean session = Act.isSession(signature);
    SignedMessage message;
    try {
      message = SignedMessage.read(Base64.getDecoder().decode(signature.path("data").asString("")));
    } catch (SignedMessage.Malformed | IllegalArgumentException e) {
      return new Verification(
          provenance,
          Verdict.MALFORMED,
          "signature",
          targets,
          null,
          null,
          null,
          false,
          null,
          false,
          session);
    }
    var checked = new Check(store, caller, provenance, targets, message, session);
    return checked.verification();
  }

  /** One signature under the glass. */
  private final class Check {
    private final RecordStore store;
    private final Caller caller;
    private final ObjectNode provenance;
    private final List<String> targets;
    private final SignedMessage message;
    private final boolean session;
    private final Instant now = clock.instant();
    private Instant at = now;
    private boolean stamped;
    private boolean revocationKnown;
    private @Nullable String later;

    Check(
        RecordStore store,
        Caller caller,
        ObjectNode provenance,
        List<String> targets,
        SignedMessage message,
        boolean session) {
      this.store = store;
      this.caller = caller;
      this.provenance = provenance;
      this.targets = targets;
      this.message = message;
      this.session = session;
    }

    private Verification is(Verdict verdict, String detail) {
      return new Verification(
          provenance,
          verdict,
          detail,
          targets,
          message.certificate(),
          message.algorithm().jca(),
          at,
          stamped,
          later,
          revocationKnown,
          session);
    }

    Verification verification() {
      if (!message.holds()) {
        return is(Verdict.MALFORMED, "signature");
      }
      if (provenance.path("signature").size() != 1
          || !Act.statement(provenance).equals(message.statement())) {
        return is(Verdict.ALTERED, "provenance");
      }
      byte[] content;
      try {
        content = contentThen();
      } catch (Refusal e) {
        if (e.kind() == Refusal.Kind.TRANSIENT) {
          throw e;
        }
        return is(Verdict.MISSING, "content");
      } catch (IllegalStateException | JacksonException e) {
        return is(Verdict.ALTERED, "content"); // An encrypted row that was touched does not open.
      }
      if (!message.isOf(content)) {
        return is(Verdict.ALTERED, "content");
      }
      if (!readTimeStamp()) {
        return is(Verdict.UNTRUSTED, "time-stamp");
      }
      if (!Signers.isForSigning(message.certificate()) || !isTheSigners()) {
        return is(Verdict.UNTRUSTED, "signer");
      }
      try {
        revocationKnown = trusted.check(message.chain(), at).revocationKnown();
      } catch (CertificateRefused e) {
        return is(verdict(e), "certificate");
      }
      try {
        trusted.check(message.chain(), now);
      } catch (CertificateRefused e) {
        later = e.reason().name().toLowerCase(Locale.ROOT).replace('_', '-');
      }
      return is(Verdict.VALID, "");
    }

    private byte[] contentThen() {
      var forms = new ArrayList<byte[]>();
      for (String target : targets) {
        Matcher matcher = TARGET.matcher(target);
        if (!matcher.matches()) {
          throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Provenance", "");
        }
        ResourceVersion version =
            store.readVersion(
                caller.asPlatform(), // Only the verdict leaves.
                matcher.group(1),
                matcher.group(2),
                Integer.parseInt(matcher.group(3)));
        forms.add(CanonicalForm.of(Objects.requireNonNull(version.content())));
      }
      return CanonicalForm.joined(forms);
    }

    /** False for a time stamp that does not hold; true for a good one, and for none. */
    private boolean readTimeStamp() {
      byte[] token = message.timeStamp();
      if (token == null) {
        return true; // Then nothing says when it was: it is checked as of now.
      }
      try {
        TimeStamps.Stamp stamp = TimeStamps.check(token, message.signature());
        trusted.check(stamp.chain(), stamp.at());
        at = stamp.at();
        stamped = true;
        return true;
      } catch (SignedMessage.Malformed | CertificateRefused e) {
        return false;
      }
    }

    private boolean isTheSigners() {
      if (session) {
        return signers.isSeal(message.certificate());
      }
      String who = provenance.path("signature").path(0).path("who").path("reference").asString("");
      return !who.isEmpty() && signers.isOf(who, message.certificate());
    }

    private static Verdict verdict(CertificateRefused e) {
      return switch (e.reason()) {
        case EXPIRED -> Verdict.EXPIRED;
        case NOT_YET_VALID -> Verdict.NOT_YET_VALID;
        case REVOKED -> Verdict.REVOKED;
        default -> Verdict.UNTRUSTED;
      };
    }
  }
}
