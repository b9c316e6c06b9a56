package health.helan.foundation.onboarding;

import health.helan.foundation.gateway.hl7v2.Hl7v2;
import java.util.ArrayList;
import java.util.List;

/**
 * What has to be proved before a certificate, made from what was applied for and from nothing else.
 * A line is proved by what the sandbox received ({@link Witness}), never by hand.
 */
public final class CheckList {
  private CheckList() {}

  /** What a line asks for; the words of a line's code. */
  public enum Kind {
    /** A system came with a token that it got by {@code private_key_jwt}. */
    SIGN_IN,
    /** It came over TLS. */
    TLS,
    /** A message of this structure could be read and was kept. */
    ACCEPTED,
    /** The mapping made resources of it. */
    MAPPED,
    /** They were committed, and the sender was told so. */
    ACKNOWLEDGED,
    /** The same message once more was acknowledged and took no effect. */
    ONCE,
    /** One that cannot be carried out was refused, with a reason. */
    REFUSED,
    /** A resource of this type was taken. */
    VALID,
    /** A wrong one was refused. */
    INVALID;

    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * A line.
   *
   * @param of system or feed
   * @param what structure or resource type; empty for none
   */
  public record Line(Kind kind, String of, String what) {
    /** {@code refused/adt/ADT^A01}; the key of its evidence. */
    public String code() {
      return kind.word() + "/" + of + (what.isEmpty() ? "" : "/" + what);
    }
  }

  /** The lines of an application, systems first, in the order they were applied for. */
  public static List<Line> of(Application application) {
    var lines = new ArrayList<Line>();
    for (Application.Software system : application.systems()) {
      // A system that only sends over MLLP never signs in.
      boolean signsIn =
          application.feeds().stream()
              .filter(feed -> feed.system().equals(system.id()))
              .anyMatch(feed -> feed.transport() != Application.Transport.MLLP);
      boolean hasFeeds =
          application.feeds().stream().anyMatch(feed -> feed.system().equals(system.id()));
      if (signsIn || !hasFeeds) {
        lines.add(new Line(Kind.SIGN_IN, system.id(), ""));
        lines.add(new Line(Kind.TLS, system.id(), ""));
      }
    }
    for (Application.Feed feed : application.feeds()) {
      if (feed.transport() == Application.Transport.MLLP) {
        lines.add(new Line(Kind.TLS, feed.name(), ""));
      }
      // Files are answered by what became of them, which is what the other lines prove.
      List<Kind> kinds =
          feed.format().equals(Hl7v2.NAME)
              ? List.of(Kind.ACCEPTED, Kind.MAPPED, Kind.ACKNOWLEDGED, Kind.ONCE, Kind.REFUSED)
              : List.of(Kind.ACCEPTED, Kind.MAPPED, Kind.ONCE, Kind.REFUSED);
      for (String structure : feed.asked()) {
        for (Kind kind : kinds) {
          lines.add(new Line(kind, feed.name(), structure));
        }
      }
      for (String type : feed.resources()) {
        lines.add(new Line(Kind.VALID, feed.name(), type));
        lines.add(new Line(Kind.INVALID, feed.name(), type));
      }
    }
    return lines;
  }
}
