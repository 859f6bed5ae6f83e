using System.Collections.Immutable;
using System.Text;
using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>The commands of QUOTA (RFC 9208 §7).</summary>
internal static class QuotaSyntax
{
    public static ImapCommand? Get(scoped ref WireReader reader, string tag) =>
        reader.ExpectSpace() && reader.ExpectAStringText(out var root) ? new GetQuotaCommand(tag, root) : null;

    /// <summary><c>SETQUOTA "root" (STORAGE 512)</c>; an empty list takes all limits away.</summary>
    public static ImapCommand? Set(scoped ref WireReader reader, string tag)
    {
        if (!reader.ExpectSpace() || !reader.ExpectAStringText(out var root) || !reader.ExpectSpace() || !reader.ExpectOpen())
            return null;
        if (reader.TryReadByte((byte)')'))
            return new SetQuotaCommand(tag, root, []);
        var resources = ImmutableArray.CreateBuilder<QuotaResource>();
        var items = 0;
        do
        {
            if (!reader.ExpectAtom(out var name))
                return null;
            var resource = Encoding.ASCII.GetString(name).ToUpperInvariant();
            if (!reader.ExpectSpace() || !reader.ExpectNumber64(out var limit))
                return null;
            resources.Add(new QuotaResource(resource, limit));
        }
        while (reader.NextInList(ref items));
        return reader.Error is null ? new SetQuotaCommand(tag, root, resources.DrainToImmutable()) : null;
    }
}
