namespace MailCluster.Mime;

/// <summary>One header field, as ranges of the message. The value still holds its folds, encoded-words and comments.</summary>
/// <param name="Field">All of it, from the name to the end of the last line, line end included.</param>
/// <param name="Name">The name, without the white space that old mail leaves before the colon.</param>
/// <param name="Value">From after the colon and the white space behind it to before the last line end.</param>
public readonly record struct HeaderField(ByteRange Field, ByteRange Name, ByteRange Value);
