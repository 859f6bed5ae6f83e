// How a message is seen and changed.
//
// A script sees a message that may be 50 MB, mostly asks for three header fields, and now and then changes something. So:
// - The message is the bytes that were delivered; fields, parts and texts are runs of them. The header is found when the message is made, the parts when a
//   script asks for one, a decoded value or text when a test compares it, each once.
// - An edit makes another message out of the same runs: a header is a list of fields, a container the runs between its parts and the parts (PartBody). What an
//   edit does not name is the same object in both. Writing goes through the runs in order, so that all that was not edited comes out octet for octet,
//   signed parts included.
// - The octets of an edited message are made when somebody asks for them: a script that adds ten fields makes one copy, and none if the message is discarded.
// - Nothing that a sender or a script writes can break the message open: values of fields are one line whatever is in them, text that goes into a multipart has no
//   line that could be a delimiter, a MIME entity with such a line is refused, and a new boundary has a number above all that occur.
// - Bounds (SieveMessageLimits): memory goes with the octets that tests may look at, not with how the message is made.

namespace MailCluster.Sieve;

public abstract partial class SieveMessage
{
    /// <summary>
    /// A message over the octets that were delivered. They are not copied and must not change while the message, or one that was made from it, is used.
    /// </summary>
    public static SieveMessage Create(ReadOnlyMemory<byte> bytes, SieveMessageLimits? limits = null) =>
        EditableMessage.Over(bytes, limits ?? SieveMessageLimits.Default);
}
