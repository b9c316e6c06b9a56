package health.helan.care.visit;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.Range;
import health.helan.foundation.store.objects.Stored;
import health.helan.foundation.store.objects.StoredData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is said in a visit: by its two sides only, while it is in progress, in one order for both,
 * and each message once however often it is sent. {@code docs/adr/0093}.
 */
public final class Conversations {
  private static final Logger LOG = LoggerFactory.getLogger(Conversations.class);

  /** Characters of a message. */
  static final int LONGEST = 4_000;

  /** Bytes of a picture. */
  static final int LARGEST = 5 << 20;

  /** Messages of a visit: nobody says more, and no program shall. */
  static final int MOST = 5_000;

  /** Messages of a page. */
  static final int PAGE = 200;

  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9-]{8,64}");

  private final Visits visits;
  private final VisitTable table;
  private final ObjectStore objects;

  Conversations(Visits visits, VisitTable table, ObjectStore objects) {
    this.visits = visits;
    this.table = table;
    this.objects = objects;
  }

  /** A page of a conversation, and where the visit stands. */
  record Page(VisitTable.Row visit, Party side, List<Message> messages) {}

  /**
   * Messages after a number, for either side, also after the end.
   *
   * @throws Refusal NOT_FOUND for everybody else
   */
  Page read(Caller caller, String id, int after, int most) {
    Visits.Member member = visits.member(caller, id);
    List<Message> messages = table.messages(member.row(), after, Math.min(most, PAGE));
    return new Page(member.row(), member.party(), messages);
  }

  /**
   * Says something.
   *
   * @param token by which the client knows the message; sending it again says nothing new
   */
  Message say(Caller caller, String id, @Nullable String token, @Nullable String text) {
    String key = token(token);
    String words = text == null ? "" : text.strip();
    if (words.isEmpty() || words.length() > LONGEST) {
      throw new Refusal(Refusal.Kind.VALUE, "visit.text-length", LONGEST);
    }
    Visits.Member member = visits.member(caller, id);
    return add(
        caller, member, Message.Kind.TEXT, key, Json.MAPPER.createObjectNode().put("text", words));
  }

  private static String token(@Nullable String token) {
    if (token == null || !TOKEN.matcher(token).matches()) {
      throw new Refusal(Refusal.Kind.VALUE, "visit.token");
    }
    return token;
  }

  /**
   * Shows a picture: a Binary and a Media of the resident's record, then the message.
   *
   * @param base64 JPEG, PNG or WebP; what it is, its bytes say
   */
  Message show(Caller caller, String id, @Nullable String token, @Nullable String base64) {
    String key = token(token);
    byte[] bytes = bytes(base64);
    String type = type(bytes);
    Visits.Member member = visits.member(caller, id);
    Message known = table.sent(member.row(), member.party(), key);
    if (known != null) {
      return known;
    }
    mayTalk(member.row());
    Visit visit = visits.read(caller, id);
    Stored stored;
    try {
      stored = objects.put(new ByteArrayInputStream(bytes), LARGEST);
    } catch (IOException e) {
      LOG.error("The object store failed to store", e);
      throw new Refusal(Refusal.Kind.TRANSIENT, "rest.objects-fail");
    }
    List<Outcome> written;
    try {
      written = write(caller, member, visit, stored, type);
    } catch (RuntimeException e) {
      discard(stored);
      throw e;
    }
    // A cut from here on leaves a picture that nobody speaks of, in the record where it belongs.
    return add(
        caller,
        member,
        Message.Kind.PICTURE,
        key,
        Json.MAPPER
            .createObjectNode()
            .put("binary", written.get(0).id())
            .put("media", written.get(1).id())
            .put("type", type)
            .put("size", bytes.length));
  }

  private List<Outcome> write(
      Caller caller, Visits.Member member, Visit visit, Stored stored, String type) {
    String patient = "Patient/" + visit.patient();
    ObjectNode binary = Json.MAPPER.createObjectNode().put("resourceType", "Binary");
    Kept.MEDIA.tag(binary);
    binary.put("contentType", type);
    binary.putObject("securityContext").put("reference", patient);
    StoredData.set(binary, stored);
    ObjectNode media = Json.MAPPER.createObjectNode().put("resourceType", "Media");
    Kept.MEDIA.tag(media);
    media.put("status", "completed");
    media
        .putObject("type")
        .putArray("coding")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/media-type")
        .put("code", "image");
    media.putObject("subject").put("reference", patient);
    media.putObject("encounter").put("reference", "Encounter/" + visit.id());
    media.put("createdDateTime", visits.now().toString());
    media
        .putObject("operator")
        .put(
            "reference",
            member.party() == Party.DOCTOR ? "Practitioner/" + visit.practitioner() : patient);
    String url = "urn:uuid:" + java.util.UUID.randomUUID();
    media.putObject("content").put("contentType", type).put("url", url).put("size", stored.size());
    return visits.store.transact(
        caller.asPlatformOf(member.row().institution()),
        List.of(
            new Interaction.Create("Binary", Interaction.Body.of(binary), null, url, patient),
            new Interaction.Create("Media", Interaction.Body.of(media), null, null, patient)),
        Set.of(),
        null);
  }

  private void discard(Stored stored) {
    try {
      objects.delete(stored.key());
    } catch (IOException e) {
      LOG.warn("An object that is not needed stays until the next sweep", e);
    }
  }

  /** A picture of the conversation; null where the message shows none. */
  byte @Nullable [] picture(Caller caller, String id, int number) {
    Visits.Member member = visits.member(caller, id);
    List<Message> found = table.messages(member.row(), number - 1, 1);
    if (found.isEmpty()
        || found.getFirst().number() != number
        || found.getFirst().kind() != Message.Kind.PICTURE) {
      return null;
    }
    byte[] content =
        visits
            .store
            .read(
                caller.asPlatform(), "Binary", found.getFirst().said().path("binary").asString(""))
            .content();
    Stored stored = content == null ? null : StoredData.of(Json.MAPPER.readTree(content));
    if (stored == null) {
      return null;
    }
    try (var in = objects.open(stored.key(), Range.ALL)) {
      return in.readAllBytes();
    } catch (IOException e) {
      LOG.error("The object store failed to open", e);
      throw new Refusal(Refusal.Kind.TRANSIENT, "rest.objects-fail");
    }
  }

  private static byte[] bytes(@Nullable String base64) {
    if (base64 == null || base64.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "visit.parameter-missing", "picture");
    }
    if (base64.length() / 4 * 3L > LARGEST + 3) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "visit.picture-size", LARGEST >> 20);
    }
    byte[] bytes;
    try {
      bytes = Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new Refusal(Refusal.Kind.VALUE, "visit.picture-type");
    }
    if (bytes.length > LARGEST) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "visit.picture-size", LARGEST >> 20);
    }
    return bytes;
  }

  /** By the first bytes; what a client says of it counts for nothing. */
  static String type(byte[] bytes) {
    String head = HexFormat.of().formatHex(bytes, 0, Math.min(12, bytes.length));
    if (head.startsWith("ffd8ff")) {
      return "image/jpeg";
    }
    if (head.startsWith("89504e470d0a1a0a")) {
      return "image/png";
    }
    if (head.startsWith("52494646") && head.endsWith("57454250")) {
      return "image/webp";
    }
    throw new Refusal(Refusal.Kind.VALUE, "visit.picture-type");
  }

  private static void mayTalk(VisitTable.Row visit) {
    if (visit.state() != VisitState.IN_PROGRESS) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.not-in-progress", visit.state().word());
    }
    if (visit.last() >= MOST) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.too-many-messages", MOST);
    }
  }

  private Message add(
      Caller caller, Visits.Member member, Message.Kind kind, String token, ObjectNode said) {
    Message message =
        table.sql.together(
            connection -> {
              // The row's lock is what gives messages their order, and ends them with the visit.
              VisitTable.Row row = VisitTable.lock(connection, member.row().id());
              if (row == null) {
                throw new Refusal(
                    Refusal.Kind.NOT_FOUND, "store.not-found", "Encounter", member.row().id());
              }
              Message known = table.sent(connection, row, member.party(), token);
              if (known != null) {
                return known;
              }
              mayTalk(row);
              return table.add(
                  connection,
                  row,
                  member.party(),
                  kind,
                  token,
                  caller.subject(),
                  said,
                  visits.now());
            });
    visits.live().changed(member.row().id());
    return message;
  }

  /**
   * Says how far the caller is with the other's messages.
   *
   * @param got number of the last that has reached it; 0 for nothing new
   * @param read number of the last that was read; 0 for nothing new
   */
  void mark(Caller caller, String id, int got, int read) {
    Visits.Member member = visits.member(caller, id);
    if (table.mark(member.row(), member.party(), got, read, visits.now())) {
      visits.live().changed(id);
    }
  }
}
