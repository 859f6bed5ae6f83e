using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session;

/// <summary>
/// What a client may take for the mod-sequence up to which it knows everything. A QRESYNC client takes the greatest MODSEQ of each command for it, unless the server
/// says another: which it must while expunges with a lower one wait to be told, or a client that loses its connection now never hears of them (RFC 7162
/// §3.2, §6).
/// </summary>
internal sealed partial class SelectedFolder
{
    private bool _withholds;
    private bool _saidLower;

    /// <summary>All changes up to this one were told; those after it perhaps, but not all.</summary>
    public ModSeq ToldModSeq { get; private set; }

    /// <summary>Corrects what a QRESYNC client would conclude from the command that ends now. To be called right before the tagged line.</summary>
    public void TellModSeq(ImapSession session)
    {
        if (!session.HasQresync || (!_withholds && !_saidLower))
            return;
        _saidLower = _withholds;
        var writer = session.Respond();
        writer.StatusStart(null, ResponseStatus.Ok);
        writer.CodeNumber("HIGHESTMODSEQ"u8, ToldModSeq.Value);
        writer.StatusEnd(_withholds ? "Expunges wait to be told" : "Highest");
        writer.Commit();
    }

    private void NoteTold(FolderIndex told, bool withholds)
    {
        _withholds = withholds;
        if (!withholds)
            ToldModSeq = told.HighestModSeq;
    }
}
