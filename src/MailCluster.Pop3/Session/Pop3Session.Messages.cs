using MailCluster.Pop3.Wire;

namespace MailCluster.Pop3.Session;

/// <summary>What commands on messages share.</summary>
internal sealed partial class Pop3Session
{
    /// <summary>Reads a message number. False: it is none, or none of a message that is there, and the client was told.</summary>
    public bool TryMessage(ReadOnlySpan<byte> word, out int number)
    {
        if (!Arguments.TryReadNumber(word, out number))
            Bad("A message number is expected");
        else if (number == 0 || number > Maildrop.Count)
            Refuse(default, $"There is no message {number}");
        else if (Maildrop.Deleted.Contains(number - 1))
            Refuse(default, $"Message {number} is deleted");
        else
            return true;
        return false;
    }

    /// <summary>Makes all sizes known, for STAT and LIST.</summary>
    public async ValueTask LearnSizesAsync()
    {
        if (Maildrop.HasSizes)
            return;
        Maildrop.LearnSizes(Options.TellsStoredSizes ? SentGrowth.None : await Services.Sizes.OfAllAsync(Maildrop.View, Connection.Closed));
    }

    /// <summary>The size of one message.</summary>
    public async ValueTask<long> SizeOfAsync(int number)
    {
        if (Maildrop.HasSizes)
            return Maildrop.SizeOf(number);
        var row = Maildrop.RowOf(number);
        return row.Size + (Options.TellsStoredSizes ? 0 : await Services.Sizes.OfOneAsync(Maildrop.View, row, Connection.Closed));
    }
}
