package health.helan.foundation.gateway.operations;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.Message;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of the journal a caller may see who may call the operation at all (the policy says that).
 * Operators see what became of messages, never what is in them; texts are for the institution's own
 * systems and the root of the installation.
 */
final class Access {
  private Access() {}

  /** Names of the feeds whose messages the caller may list; null for all. */
  static @Nullable List<String> feeds(Gateway gateway, Caller caller) {
    if (caller.isRoot() || caller.role() == Caller.Role.OPERATOR) {
      return null;
    }
    if (isSystem(caller)) {
      return gateway.feeds().all().stream()
          .filter(feed -> feed.isFor(caller))
          .map(Feed::name)
          .toList();
    }
    throw forbidden();
  }

  private static boolean isSystem(Caller caller) {
    return caller.role() == Caller.Role.SYSTEM
        && !caller.institution().isEmpty()
        && caller.binding().isWholeSystem();
  }

  private static Refusal forbidden() {
    return new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-operate", "gateway");
  }

  /** For what shows, or takes in, what is said about residents. */
  static void texts(Feed feed, Caller caller) {
    if (!feed.isFor(caller)) {
      throw forbidden();
    }
  }

  /**
   * Whether a rehearsal may look what is there already: for those who may see texts. An operator
   * sees what a text of his own would become, and nothing of the records.
   */
  static boolean looks(Feed feed, Caller caller) {
    if (caller.role() == Caller.Role.OPERATOR && !caller.isRoot()) {
      return false;
    }
    texts(feed, caller);
    return true;
  }

  /** The message that a call names, if the caller may know of it. */
  static Message message(Gateway gateway, Call call) {
    String id = required(call, "id");
    List<String> own = feeds(gateway, call.caller());
    Message message = gateway.message(id);
    if (message == null || own != null && !own.contains(message.feed())) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "gateway.no-message", shown(id));
    }
    return message;
  }

  static String shown(String id) {
    return id.matches("[0-9a-z]{1,30}") ? id : "?";
  }

  static Feed feed(Gateway gateway, String name) {
    Feed feed = gateway.feeds().get(name);
    if (feed == null) {
      throw new Refusal(
          Refusal.Kind.NOT_FOUND, "gateway.no-feed", name.matches("[a-z0-9-]{1,63}") ? name : "?");
    }
    return feed;
  }

  static String required(Call call, String parameter) {
    String value = call.text(parameter);
    if (value == null || value.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "gateway.parameter-missing", parameter);
    }
    return value;
  }
}
