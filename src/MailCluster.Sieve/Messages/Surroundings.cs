using MailCluster.Mime;

namespace MailCluster.Sieve;

/// <summary>
/// What has to be known of octets before something is put around them: a boundary that is none of theirs, and whether they are 7-bit. Boundaries are
/// numbered; the next number is above all that occur, so one look is enough whatever the message was made to hold.
/// </summary>
/// <param name="Boundary">The number of a boundary that does not occur.</param>
internal sealed record Surroundings(int Boundary, bool Is8Bit)
{
    private const int DigitsMax = 9;

    public string BoundaryText => $"=_mc_{Boundary}";

    public static Surroundings Of(ReadOnlySpan<byte> bytes)
    {
        var highest = 0;
        var rest = bytes;
        int at;
        while ((at = rest.IndexOf("--=_mc_"u8)) >= 0)
        {
            rest = rest[(at + "--=_mc_"u8.Length)..];
            var number = 0;
            for (var i = 0; i < DigitsMax && i < rest.Length && rest[i] is >= (byte)'0' and <= (byte)'9'; i++)
                number = (number * 10) + rest[i] - '0';
            highest = Math.Max(highest, number);
        }

        return new Surroundings(highest + 1, !System.Text.Ascii.IsValid(bytes));
    }

    public static Surroundings Of(MessagePart part)
    {
        var bytes = new ByteBuffer();
        part.Write(bytes);
        return Of(bytes.Written);
    }

    public Surroundings Merge(Surroundings other) => new(Math.Max(Boundary, other.Boundary), Is8Bit || other.Is8Bit);
}
