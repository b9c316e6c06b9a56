package health.helan.foundation.gateway.hl7v2;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.Message;
import health.helan.foundation.gateway.Receipt;
import health.helan.foundation.gateway.State;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.store.Refusal;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Answers in the sender's own separators and character set (HL7 v2.8.2, 2.9): original mode (AA,
 * AE, AR after the commit) and enhanced mode (CA, CE, CR once the message is kept; then AA, AE,
 * AR), as MSH-15 and MSH-16 ask.
 */
final class Acknowledgement {
  private static final DateTimeFormatter NOW = DateTimeFormatter.ofPattern("uuuuMMddHHmmssxx");

  private final String text;
  private final @Nullable Er7 asked;
  private final Charset charset;
  private final Feed feed;

  private Acknowledgement(String text, @Nullable Er7 asked, Charset charset, Feed feed) {
    this.text = text;
    this.asked = asked;
    this.charset = charset;
    this.feed = feed;
  }

  /** To the message with these bytes, which may be none at all. */
  static Acknowledgement to(byte[] bytes, Feed feed) {
    Charsets.Decoded decoded = Charsets.decode(bytes, feed.charset(), new ArrayList<>());
    Er7 asked = null;
    try {
      asked = Er7.parse(firstLine(decoded.text()));
    } catch (Refusal e) {
      // No header: the answer has separators of its own and refers to nothing.
    }
    return new Acknowledgement(decoded.text(), asked, decoded.charset(), feed);
  }

  private static String firstLine(String text) {
    int from = text.indexOf("MSH");
    if (from < 0) {
      return text;
    }
    int end = from;
    while (end < text.length() && text.charAt(end) != '\r' && text.charAt(end) != '\n') {
      end++;
    }
    return text.substring(from, end);
  }

  private String field(int number, int component) {
    return asked == null ? "" : asked.value(asked.header(), number, component);
  }

  /** True when MSH-15 or MSH-16 says anything. */
  boolean isEnhanced() {
    return !field(15, 1).isEmpty() || !field(16, 1).isEmpty();
  }

  /** Is an acknowledgement wanted that the message is kept (or is not)? */
  boolean wantsAccept(boolean accepted) {
    return isEnhanced() && wants(field(15, 1), accepted);
  }

  /** Is an answer wanted of what became of it? */
  private boolean wantsResult(boolean done) {
    return !isEnhanced() || wants(field(16, 1), done);
  }

  /** Takes an answer away. */
  @FunctionalInterface
  interface Sink {
    void send(byte[] answer) throws IOException;
  }

  /** Has a message that is in the journal carried out, and says of it what is asked for. */
  void answer(Gateway gateway, Gateway.Accepted accepted, Sink sink) throws IOException {
    Receipt known = accepted.receipt();
    if (known != null && known.state() == State.REFUSED && isEnhanced()) {
      if (wantsAccept(false)) {
        sink.send(notAccepted(Objects.requireNonNull(known.reason()), false));
      }
      gateway.process(accepted);
      return;
    }
    if (wantsAccept(true)) {
      sink.send(accepted(accepted.id()));
    }
    Receipt receipt = gateway.process(accepted);
    if (wantsResult(receipt.state() == State.DONE)) {
      sink.send(result(receipt));
    }
  }

  private static boolean wants(String condition, boolean good) {
    return switch (condition) {
      case "AL" -> true;
      case "ER" -> !good;
      case "SU" -> good;
      default -> false;
    };
  }

  /** The message is in the journal. */
  private byte[] accepted(String id) {
    return write("CA", id, null);
  }

  /** It is not, and why. */
  byte[] notAccepted(Message.Reason reason, boolean isForLater) {
    return write(isForLater ? "CE" : "CR", "", reason);
  }

  /** What became of it. */
  private byte[] result(Receipt receipt) {
    return write(code(receipt), receipt.id(), receipt.reason());
  }

  /** It could not even be kept. */
  byte[] refused(Message.Reason reason) {
    return write("AR", "", reason);
  }

  private static String code(Receipt receipt) {
    if (receipt.state() == State.DONE) {
      return "AA";
    }
    if (receipt.isForLater() || receipt.state() == State.REFUSED) {
      return "AR";
    }
    Message.Reason reason = receipt.reason();
    return reason != null && errorCode(reason.key()) >= 200 && errorCode(reason.key()) <= 203
        ? "AR"
        : "AE";
  }

  /** HL7 table 0357. */
  static int errorCode(String key) {
    return switch (key) {
      case "gateway.no-header", "gateway.bad-separators", "gateway.several-headers" -> 100;
      case "gateway.no-identifier", "gateway.empty" -> 101;
      case "gateway.no-type", "gateway.no-mapping" -> 200;
      case "gateway.version" -> 203;
      case "gateway.control-id-used" -> 205;
      case "gateway.parked" -> 206;
      case "gateway.invalid-resource" -> 102;
      default -> 207;
    };
  }

  private byte[] write(String code, String id, Message.@Nullable Reason reason) {
    Er7.Separators by =
        asked == null ? new Er7.Separators('|', '^', '~', '\\', '&', (char) 0) : asked.separators();
    String version = field(12, 1);
    String type = field(9, 1);
    String event = type.isEmpty() ? "" : field(9, 2);
    var out = new StringBuilder();
    var header = new ArrayList<String>();
    header.add("MSH");
    header.add(by.encoding().replace("\0", ""));
    header.add(raw(5));
    header.add(raw(6));
    header.add(raw(3));
    header.add(raw(4));
    header.add(NOW.format(ZonedDateTime.ofInstant(Instant.now(), feed.zone())));
    header.add("");
    String name = "ACK" + (event.isEmpty() ? "" : by.component() + event);
    header.add(
        isAtLeast(version, 2.4) ? name + (event.isEmpty() ? "" : by.component() + "ACK") : name);
    header.add(id.isEmpty() ? "0" : id);
    header.add(raw(11).isEmpty() ? "P" : raw(11));
    header.add(version.isEmpty() ? "2.5.1" : version);
    if (isEnhanced() || !raw(18).isEmpty()) {
      header.addAll(List.of("", "", isEnhanced() ? "NE" : "", isEnhanced() ? "NE" : "", ""));
      header.add(raw(18));
    }
    append(out, header, by);
    String sentence = reason == null ? "" : sentence(reason);
    append(out, List.of("MSA", code, field(10, 1).isEmpty() ? "" : raw(10), sentence), by);
    if (reason != null && isAtLeast(version, 2.5)) {
      int error = errorCode(reason.key());
      append(
          out,
          List.of(
              "ERR",
              "",
              "",
              error + "" + by.component() + name(error) + by.component() + "HL70357",
              "E",
              "",
              "",
              escaped(reason.key(), by),
              sentence),
          by);
    }
    return out.toString().getBytes(charset);
  }

  private static void append(StringBuilder out, List<String> fields, Er7.Separators by) {
    int last = fields.size();
    while (last > 1 && fields.get(last - 1).isEmpty()) {
      last--;
    }
    out.append(String.join(String.valueOf(by.field()), fields.subList(0, last))).append('\r');
  }

  private String raw(int number) {
    return asked == null ? "" : asked.header().field(number);
  }

  private static boolean isAtLeast(String version, double least) {
    if (version.isEmpty()) {
      return true;
    }
    try {
      return Double.parseDouble(version.length() > 3 ? version.substring(0, 3) : version) >= least;
    } catch (NumberFormatException e) {
      return true;
    }
  }

  private static String name(int error) {
    return switch (error) {
      case 100 -> "Segment sequence error";
      case 101 -> "Required field missing";
      case 102 -> "Data type error";
      case 200 -> "Unsupported message type";
      case 203 -> "Unsupported version id";
      case 205 -> "Duplicate key identifier";
      case 206 -> "Application record locked";
      default -> "Application internal error";
    };
  }

  /** In the feed's language, as far as the message's character set has its letters. */
  private String sentence(Message.Reason reason) {
    Locale language = feed.language();
    String said = Messages.of(language, reason.key(), new ArrayList<>(reason.arguments()));
    boolean isSaidInAscii = charset.equals(StandardCharsets.US_ASCII) || text.isEmpty();
    if (isSaidInAscii || !isPlain() && !charset.newEncoder().canEncode(said)) {
      said = Messages.of(Locale.ENGLISH, reason.key(), new ArrayList<>(reason.arguments()));
    }
    Er7.Separators by =
        asked == null ? new Er7.Separators('|', '^', '~', '\\', '&', (char) 0) : asked.separators();
    return escaped(said.replaceAll("[\\r\\n]+", " "), by);
  }

  /** A Unicode set: every letter can be said. */
  private boolean isPlain() {
    return charset.name().startsWith("UTF");
  }

  private static String escaped(String text, Er7.Separators by) {
    var out = new StringBuilder();
    for (char c : text.toCharArray()) {
      String code =
          c == by.escape() ? "E" : c == by.field() ? "F" : c == by.component() ? "S" : null;
      if (code == null) {
        code = c == by.sub() ? "T" : c == by.repetition() ? "R" : null;
      }
      if (code == null || by.escape() == 0) {
        out.append(code == null ? String.valueOf(c) : " ");
      } else {
        out.append(by.escape()).append(code).append(by.escape());
      }
    }
    return out.toString();
  }
}
