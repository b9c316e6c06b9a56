package health.helan.foundation.store;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import tools.jackson.databind.JsonNode;

/**
 * What a table beside the resources keeps of a person in words: JSON, encoded as contents of
 * resources are. The table has the columns id, version, codec, key_id and content.
 *
 * @param type the table's name in the place of a content ({@link ContentCodec.Place}); never
 *     changed
 */
public record SealedJson(ContentCodec codec, String type) {

  /**
   * @param version as the row has it, or will
   */
  public ContentCodec.Encoded encode(String id, int version, JsonNode said) {
    return codec.encode(
        new ContentCodec.Place(type, id, version),
        said.toString().getBytes(StandardCharsets.UTF_8));
  }

  public JsonNode read(ResultSet row) throws SQLException {
    return Json.MAPPER.readTree(
        codec.decode(
            new ContentCodec.Place(type, row.getString("id"), row.getInt("version")),
            row.getShort("codec"),
            row.getShort("key_id"),
            row.getBytes("content")));
  }
}
