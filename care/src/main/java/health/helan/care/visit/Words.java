package health.helan.care.visit;

import health.helan.foundation.store.Json;
import tools.jackson.databind.node.ObjectNode;

/** What is told of a conversation over a socket; over HTTP the same stands in Parameters. */
final class Words {
  private Words() {}

  static ObjectNode message(Message message) {
    ObjectNode word = Json.MAPPER.createObjectNode();
    word.put("number", message.number());
    word.put("side", message.side().word());
    word.put("kind", message.kind().word());
    word.put("token", message.token());
    word.put("at", message.at().toString());
    message
        .said()
        .properties()
        .forEach(property -> word.set(property.getKey(), property.getValue()));
    return word;
  }

  static ObjectNode marks(Marks marks) {
    ObjectNode word = Json.MAPPER.createObjectNode();
    for (Party party : new Party[] {Party.RESIDENT, Party.DOCTOR}) {
      word.putObject(party.word()).put("got", marks.got(party)).put("read", marks.read(party));
    }
    return word;
  }
}
